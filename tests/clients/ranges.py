"""Rows of the table of byte ranges, sent to this program and to nginx: usage ranges.py FOLDER OUR_PORT NGINX_PORT

A row without `nginx` must get the same answer from both; one with it says the status that nginx gives instead, and why
ours is another. A row whose `nginx` says what is not so fails too.
"""

import pathlib
import socket
import sys
import tomllib

FILES = ("/podcast/un/un.mp3", "/vide.mp3")
# What a player goes by; the rest (caching, other origins) is a matter of configuration there.
TOLD = ("content-range", "content-length", "accept-ranges", "content-type")
PRESENT = ("etag", "last-modified")


def ask(port, request, headers):
    method, target = request.split(" ", 1)
    lines = [f"{method} {target} HTTP/1.1", "host: exemple.fr", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return int(first.split()[1]), fields, body.decode("latin-1")


def wrong(case, status, answer):
    """What is not as the row says, of what both servers are asked for."""
    got, fields, body = answer
    if got != status:
        yield f"status {got}, not {status}"
        return
    if status != case["status"]:
        return
    # The page that tells of an error is the server's own.
    words = status < 300
    for name in TOLD:
        want = case.get("headers", {}).get(name)
        if want is not None and (words or name == "content-range") and fields.get(name) != want:
            yield f"{name} {fields.get(name)}, not {want}"
    for name in PRESENT:
        if name in case.get("present", []) and name not in fields:
            yield f"no {name}"
    if "content-range" in case.get("absent", []) and "content-range" in fields:
        yield f"content-range {fields['content-range']}"
    if words and "body" in case and body != case["body"]:
        yield f"body {body!r}, not {case['body']!r}"
    if words and case.get("body_contains", "").lower() not in body.lower():
        yield f"body {body!r} without {case['body_contains']!r}"


def main():
    folder, ports = pathlib.Path(sys.argv[1]), {"repere": int(sys.argv[2]), "nginx": int(sys.argv[3])}
    rows = [row for name in ("ranges", "resume") for row in tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))["case"]]
    rows = [row for row in rows if row["request"].split(" ", 1)[1].rstrip("/") in FILES]
    failed, differences = [], []
    for row in rows:
        other = row.get("nginx")
        for server, port in ports.items():
            send = dict(row.get("send", {}))
            for name, value in send.items():
                if "$etag" in value:
                    target = row["request"].split(" ", 1)[1]
                    send[name] = value.replace("$etag", ask(port, f"GET {target}", {})[1]["etag"])
            status = other["status"] if other and server == "nginx" else row["status"]
            answer = ask(port, row["request"], send)
            failed += [f"{row['name']}: {server}: {why}" for why in wrong(row, status, answer)]
        if other:
            if other["status"] == row["status"]:
                failed.append(f"{row['name']}: the answer of nginx is said to differ, and does not")
            differences.append(f"  {row['name']}: {row['status']} here, {other['status']} from nginx: {other['why']}")
    print(f"ranges: {len(rows)} rows, {len(rows) - len(differences)} answered alike by nginx")
    print("\n".join(differences))
    if failed:
        sys.exit("\n".join(failed))


main()
