/* libical's own strict check: exits 0 when the calendar on standard input breaks no rule of RFC 5545 and 5546.
   What it does not do: judge what the calendar says. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  char *text = malloc(1 << 24);
  size_t length = fread(text, 1, (1 << 24) - 1, stdin);
  text[length] = 0;
  icalcomponent *calendar = icalparser_parse_string(text);
  if (calendar == NULL) {
    fprintf(stderr, "libical cannot read it\n");
    return 1;
  }
  int good = icalrestriction_check(calendar);
  char *printed = icalcomponent_as_ical_string(calendar);
  char *line = strtok(printed, "\n");
  int errors = 0;
  while (line != NULL) {
    if (strncmp(line, "X-LIC-ERROR", 11) == 0) {
      fprintf(stderr, "%s\n", line);
      errors = 1;
    }
    line = strtok(NULL, "\n");
  }
  printf("%d events\n", icalcomponent_count_components(calendar, ICAL_VEVENT_COMPONENT));
  icalcomponent_free(calendar);
  return good && !errors ? 0 : 1;
}
