-- How often episodes were downloaded. Figures only: nothing here comes from one person.
CREATE TABLE downloads (
    day TEXT NOT NULL,
    episode TEXT NOT NULL,
    app TEXT NOT NULL,
    format TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    PRIMARY KEY (day, episode, app, format)
);
