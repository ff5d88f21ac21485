//! An app that asks as fast as it can, on one connection that it keeps.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::support::Client;

/// The flag of the demonstration.
pub const PLAYLIST: &str = "/api/v1/feature-flags/auto_playlist/evaluate";

pub struct App {
    stream: BufReader<TcpStream>,
    key: String,
}

impl App {
    /// Connects to a server, with an SDK key.
    pub fn connect(address: &str, key: &str) -> io::Result<App> {
        let stream = TcpStream::connect(address.trim_start_matches("http://"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(App { stream: BufReader::new(stream), key: key.to_owned() })
    }

    /// The values of the flag for these users of an iPhone in that city; the questions go out
    /// together, and the answers come in their order.
    pub fn ask(&mut self, city: &str, users: &[String]) -> io::Result<Vec<bool>> {
        let mut questions = String::new();
        for user in users {
            let body = format!(
                r#"{{"user_id":"{user}","attributes":{{"device_model":"iPhone 15","city":"{city}"}}}}"#
            );
            let (key, length) = (&self.key, body.len());
            questions.push_str(&format!(
                "POST {PLAYLIST} HTTP/1.1\r\nhost: app\r\nx-api-key: {key}\r\n\
                 content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            ));
        }
        self.stream.get_mut().write_all(questions.as_bytes())?;
        users.iter().map(|_| self.answer()).collect()
    }

    fn answer(&mut self) -> io::Result<bool> {
        let mut line = String::new();
        let (mut status, mut length) = (String::new(), 0);
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let text = line.trim_end().to_ascii_lowercase();
            if status.is_empty() {
                status = text;
            } else if let Some(value) = text.strip_prefix("content-length: ") {
                length = value.parse().map_err(io::Error::other)?;
            } else if text.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body);
        if !status.contains(" 200 ") {
            return Err(io::Error::other(format!("{status}: {body}")));
        }
        Ok(body.contains(r#""value":true"#))
    }
}

/// The names of users from one number to before another.
pub fn users(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|number| format!("user-{number}")).collect()
}

/// What management answers about the flags, within that many milliseconds.
pub fn status_of_management(admin: &Client) -> (u16, Duration) {
    let asked = std::time::Instant::now();
    let answer = admin.get("/api/v1/feature-flags");
    (answer.status, asked.elapsed())
}
