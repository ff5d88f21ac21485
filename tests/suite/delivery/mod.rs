mod counting;
mod last_known_good;
mod story;
