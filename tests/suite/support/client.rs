//! A client of the HTTP interfaces.

use std::time::Duration;

use serde_json::Value;
use ureq::{Agent, http};

/// Talks to one server, with one credential or none.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    headers: Vec<(String, String)>,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: http::HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Client {
    /// A client of the server at that address, without a credential.
    pub fn new(base: &str) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)));
        Client { agent: config.build().new_agent(), base: base.to_owned(), headers: Vec::new() }
    }

    /// The same client of the server at another address.
    pub fn at(&self, base: &str) -> Client {
        Client { base: base.to_owned(), ..self.clone() }
    }

    /// Where the server listens, as `address:port`.
    pub fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The same, sending that credential.
    pub fn with_bearer(&self, secret: &str) -> Client {
        self.with_header("authorization", &format!("Bearer {secret}"))
    }

    /// The same, sending one more header.
    pub fn with_header(&self, name: &str, value: &str) -> Client {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// Asks without a body.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// Sends JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, body)
    }

    /// Sends JSON by any method.
    pub fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let client = self.with_header("content-type", "application/json");
        client.send(method, path, Some(body.to_string().as_bytes()))
    }

    /// Sends bytes as they are, and gets text.
    ///
    /// # Panics
    /// When no answer comes back.
    pub fn send(&self, method: &str, path: &str, body: Option<&[u8]>) -> Answer {
        let answer = self.try_send(method, path, body);
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same, to a server that may be killed meanwhile.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Answer, ureq::Error> {
        let mut response = self.run(method, path, body)?;
        let text = response.body_mut().read_to_string()?;
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), text })
    }

    /// Asks for what is no text; the answer comes without its body, which stands beside it.
    pub fn get_bytes(&self, path: &str) -> (Answer, Vec<u8>) {
        let mut response = self.run("GET", path, None).unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.body_mut().read_to_vec().unwrap();
        (Answer { status, headers, text: String::new() }, body)
    }

    fn run(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let uri = format!("{}{path}", self.base);
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        match body {
            Some(body) => self.agent.run(request.body(body)?),
            None => self.agent.run(request.body(())?),
        }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON, where the status is the one that is expected.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}
