//! A wire between Flagstaff and Postgres that can be cut at any step, or go silent.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// When the wire is cut at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Postgres does not get the step.
    Before,
    /// Postgres has done the step, and its answer is lost.
    AfterReply,
}

/// A step at which the wire was cut.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    pub was_commit: bool,
}

/// The wire. Each connection of it ends in one of Postgres.
pub struct Proxy {
    address: SocketAddr,
    wire: Arc<Wire>,
}

struct Wire {
    socket: PathBuf,
    silent: AtomicBool,
    /// Raised with each change between silent and not: a connection of an earlier one stays deaf.
    era: AtomicUsize,
    /// The ends at Flagstaff, with their eras.
    clients: Mutex<Vec<(usize, TcpStream)>>,
    trap: Mutex<Option<Trap>>,
    interlude: Mutex<Option<Interlude>>,
}

/// Happens once, when Flagstaff is about to say something with these words.
struct Interlude {
    words: &'static str,
    then: Box<dyn FnOnce() + Send>,
}

/// Waits for the first transaction that begins, and cuts it at a step.
struct Trap {
    step: usize,
    /// What the transaction says first, where it can't be just any.
    first_words: &'static str,
    moment: Moment,
    and_then: Box<dyn Fn() + Send>,
    has_prey: bool,
    cut: Option<Cut>,
}

impl Proxy {
    /// A wire to the Postgres at that address of a Unix socket.
    pub fn to(database_url: &str) -> Proxy {
        let folder = database_url.split(['=', '&']).nth(1).unwrap();
        let wire = Arc::new(Wire {
            socket: PathBuf::from(folder).join(".s.PGSQL.5432"),
            silent: AtomicBool::new(false),
            era: AtomicUsize::new(0),
            clients: Mutex::new(Vec::new()),
            trap: Mutex::new(None),
            interlude: Mutex::new(None),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = Arc::clone(&wire);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let wire = Arc::clone(&accepting);
                thread::spawn(move || wire.connect(client));
            }
        });
        Proxy { address, wire }
    }

    /// The address of the database at the other end.
    pub fn url(&self) -> String {
        let port = self.address.port();
        format!("postgresql://postgres@127.0.0.1:{port}/flagstaff?sslmode=disable")
    }

    /// Swallows every byte from now on, and lets whoever connects wait.
    pub fn go_silent(&self) {
        self.wire.era.fetch_add(1, Ordering::SeqCst);
        self.wire.silent.store(true, Ordering::SeqCst);
    }

    /// Lets new connections through; those that there were stay half open and silent.
    pub fn heal(&self) {
        self.wire.era.fetch_add(1, Ordering::SeqCst);
        self.wire.silent.store(false, Ordering::SeqCst);
    }

    /// Ends the connections that are half open, as a peer does that starts again.
    pub fn close_half_open(&self) {
        let now = self.wire.era.load(Ordering::SeqCst);
        self.wire.clients.lock().unwrap().retain(|(era, client)| {
            if *era != now {
                let _ = client.shutdown(Shutdown::Both);
            }
            *era == now
        });
    }

    /// Does that before the next query with these words reaches Postgres.
    pub fn before(&self, words: &'static str, then: impl FnOnce() + Send + 'static) {
        *self.wire.interlude.lock().unwrap() = Some(Interlude { words, then: Box::new(then) });
    }

    /// Cuts the next transaction at that step (1 is its BEGIN), and does that then.
    pub fn cut_at(&self, step: usize, moment: Moment, and_then: impl Fn() + Send + 'static) {
        self.set_trap(step, "", moment, and_then);
    }

    /// Cuts the next transaction that says such words first, at that step (2 is the first after
    /// its BEGIN). What the server does by itself meanwhile is left alone.
    pub fn cut_of(&self, first_words: &'static str, step: usize, moment: Moment) {
        assert!(step > 1, "nobody knows at its BEGIN what a transaction is");
        self.set_trap(step, first_words, moment, || {});
    }

    fn set_trap(
        &self,
        step: usize,
        first_words: &'static str,
        moment: Moment,
        and_then: impl Fn() + Send + 'static,
    ) {
        let and_then = Box::new(and_then);
        let trap = Trap { step, first_words, moment, and_then, has_prey: false, cut: None };
        *self.wire.trap.lock().unwrap() = Some(trap);
    }

    /// Takes the trap away; none when the transaction had fewer steps.
    pub fn cut(&self) -> Option<Cut> {
        self.wire.trap.lock().unwrap().take().and_then(|trap| trap.cut)
    }
}

impl Trap {
    fn is_named_by(&self, said: &[u8]) -> bool {
        said.windows(self.first_words.len()).any(|words| words == self.first_words.as_bytes())
    }
}

impl Wire {
    fn play_interlude(&self, said: &[u8]) {
        let is_cue = |interlude: &mut Interlude| {
            said.windows(interlude.words.len()).any(|words| words == interlude.words.as_bytes())
        };
        let interlude = self.interlude.lock().unwrap().take_if(is_cue);
        if let Some(interlude) = interlude {
            (interlude.then)();
        }
    }

    fn connect(self: &Arc<Wire>, client: TcpStream) {
        let era = self.era.load(Ordering::SeqCst);
        let Ok(server) = UnixStream::connect(&self.socket) else { return };
        let _ = client.set_nodelay(true);
        if let Ok(other) = client.try_clone() {
            self.clients.lock().unwrap().push((era, other));
        }
        let losing = Arc::new(AtomicBool::new(false));
        let connection = Connection { wire: Arc::clone(self), client, server, era, losing };
        let Ok(other) = connection.clone() else { return };
        let replies = thread::spawn(move || other.pass_replies());
        let _ = connection.pass_requests();
        connection.hang_up();
        let _ = replies.join();
    }
}

/// One connection through the wire.
struct Connection {
    wire: Arc<Wire>,
    client: TcpStream,
    server: UnixStream,
    era: usize,
    /// Whether the next reply is the one that gets lost.
    losing: Arc<AtomicBool>,
}

impl Connection {
    fn clone(&self) -> io::Result<Connection> {
        Ok(Connection {
            wire: Arc::clone(&self.wire),
            client: self.client.try_clone()?,
            server: self.server.try_clone()?,
            era: self.era,
            losing: Arc::clone(&self.losing),
        })
    }

    fn is_deaf(&self) -> bool {
        self.wire.silent.load(Ordering::SeqCst) || self.era != self.wire.era.load(Ordering::SeqCst)
    }

    /// Nobody hears of a connection that has gone silent.
    fn hang_up(&self) {
        if !self.is_deaf() {
            let _ = self.client.shutdown(Shutdown::Both);
        }
        let _ = self.server.shutdown(Shutdown::Both);
    }

    /// Passes on what Flagstaff says, message by message.
    fn pass_requests(&self) -> io::Result<()> {
        let (mut client, mut server) = (&self.client, &self.server);
        let mut step = None;
        let mut is_first = true;
        let mut said = Vec::new();
        loop {
            let (kind, message) = read_message(&mut client, is_first)?;
            is_first = false;
            said.extend_from_slice(&message);
            self.wire.play_interlude(&message);
            // A simple query, or the end of a prepared one: Postgres answers to these.
            let is_step = matches!(kind, b'Q' | b'S');
            if is_step && self.falls_into_trap(&said, &mut step)? {
                return Ok(());
            }
            if is_step {
                said.clear();
            }
            if !self.is_deaf() {
                server.write_all(&message)?;
            }
        }
    }

    /// Whether the wire is cut here. A step whose reply shall be lost is passed on, and whoever
    /// passes on replies does the rest.
    fn falls_into_trap(&self, said: &[u8], step: &mut Option<usize>) -> io::Result<bool> {
        let mut trap = self.wire.trap.lock().unwrap();
        let Some(trap) = trap.as_mut() else { return Ok(false) };
        if !trap.has_prey && said == b"Q\0\0\0\x0aBEGIN\0" {
            (trap.has_prey, *step) = (trap.first_words.is_empty(), Some(0));
        }
        let Some(number) = step else { return Ok(false) };
        *number += 1;
        if *number == 2 && !trap.first_words.is_empty() {
            if trap.has_prey || !trap.is_named_by(said) {
                *step = None;
                return Ok(false);
            }
            trap.has_prey = true;
        }
        if *number != trap.step {
            return Ok(false);
        }
        let was_commit = said.windows(6).any(|word| word == b"COMMIT");
        trap.cut = Some(Cut { was_commit });
        if trap.moment == Moment::AfterReply {
            self.losing.store(true, Ordering::SeqCst);
            return Ok(false);
        }
        (trap.and_then)();
        Ok(true)
    }

    /// Passes on what Postgres says.
    fn pass_replies(&self) {
        let (mut client, mut server) = (&self.client, &self.server);
        let mut chunk = vec![0; 64 * 1024];
        let mut lost = Vec::new();
        while let Ok(length @ 1..) = server.read(&mut chunk) {
            let said = &chunk[..length];
            if self.losing.load(Ordering::SeqCst) {
                lost.extend_from_slice(said);
                if is_ready_for_more(&lost) {
                    self.spring_trap();
                    break;
                }
            } else if !self.is_deaf() && client.write_all(said).is_err() {
                break;
            }
        }
        self.hang_up();
    }

    fn spring_trap(&self) {
        let trap = self.wire.trap.lock().unwrap();
        if let Some(trap) = trap.as_ref() {
            (trap.and_then)();
        }
    }
}

/// Whether Postgres has said all that it has to say to a step: `ReadyForQuery` comes last.
fn is_ready_for_more(said: &[u8]) -> bool {
    said.len() >= 6 && said[said.len() - 6..].starts_with(b"Z\0\0\0\x05")
}

/// The next message of a client: its kind (none for the first one), and all of its bytes.
fn read_message(client: &mut impl Read, is_first: bool) -> io::Result<(u8, Vec<u8>)> {
    let mut message = vec![0; if is_first { 4 } else { 5 }];
    client.read_exact(&mut message)?;
    let kind = if is_first { 0 } else { message[0] };
    let length: [u8; 4] = message[message.len() - 4..].try_into().unwrap();
    let mut rest = vec![0; u32::from_be_bytes(length) as usize - 4];
    client.read_exact(&mut rest)?;
    message.extend_from_slice(&rest);
    Ok((kind, message))
}
