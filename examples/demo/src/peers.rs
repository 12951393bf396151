//! Slow neighbours on loopback, each a plain thread: a name server and a configuration server.

use crate::random::Quarters;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::thread;

/// How long a neighbour thinks, in ms, before it is stretched.
const SLOW: (u64, u64) = (10, 50);

pub fn start_name_server(factor: f64) -> io::Result<SocketAddr> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    thread::Builder::new().name("dns".into()).spawn(move || serve_names(socket, factor))?;
    Ok(address)
}

fn serve_names(socket: UdpSocket, factor: f64) {
    let thinks = Quarters::new();
    let mut query = [0; 512];
    while let Ok((size, client)) = socket.recv_from(&mut query) {
        if size < 12 {
            continue;
        }
        thread::sleep(thinks.stretched_ms(factor, SLOW.0, SLOW.1));
        let mut answer = query[..size].to_vec();
        answer[2] |= 0x80; // a response
        answer[7] = 1; // with one answer: A, IN, 60 s, of the name at offset 12
        answer.extend_from_slice(
            b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x07",
        );
        // The client may have gone; that is no error here.
        let _ = socket.send_to(&answer, client);
    }
}

pub fn start_config_server(factor: f64) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::Builder::new().name("config".into()).spawn(move || serve_config(listener, factor))?;
    Ok(address)
}

fn serve_config(listener: TcpListener, factor: f64) {
    let thinks = Quarters::new();
    for stream in listener.incoming().flatten() {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap_or(0) > 2 {
            line.clear();
        }
        thread::sleep(thinks.stretched_ms(factor, SLOW.0, SLOW.1));
        let _ = reader.get_mut().write_all(b"HTTP/1.0 200 OK\r\n\r\nlevel=info\n");
    }
}
