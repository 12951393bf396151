// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets and clients of servers.

use crate::{cases, later, WAIT};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::thread;

/// An HTTP server for one request; it answers after a while.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        drop(stream.read(&mut [0; 4096]));
        thread::sleep(WAIT);
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
        drop(stream.write_all(answer));
    });
    address
}

/// A stream whose peer reads and writes only after a while.
fn stream() -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    later(move || {
        drop(peer.write_all(b"hello"));
        drop(peer.read_to_end(&mut Vec::new()));
    });
    stream
}

cases! {
    fn tcp_read() {
        drop(stream().read(&mut [0; 16]));
    }
    fn tcp_write() {
        drop(stream().write_all(&vec![1; 32 << 20]));
    }
    fn tcp_peek() {
        drop(stream().peek(&mut [0; 16]));
    }
    fn tcp_accept() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        later(move || drop(TcpStream::connect(address)));
        drop(listener.accept());
    }
    fn tcp_connect_timeout() {
        let address = "192.0.2.1:9".parse().unwrap();
        drop(TcpStream::connect_timeout(&address, WAIT));
    }
    fn udp_recv_from() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(WAIT)).unwrap();
        drop(socket.recv_from(&mut [0; 16]));
    }
    fn unix_read() {
        let (mut one, mut other) = UnixStream::pair().unwrap();
        later(move || other.write_all(b"x").unwrap());
        drop(one.read(&mut [0; 16]));
    }
    fn unix_accept() {
        let path = std::path::Path::new("advice-socket");
        drop(std::fs::remove_file(path));
        let listener = UnixListener::bind(path).unwrap();
        later(move || drop(UnixStream::connect(path)));
        drop(listener.accept());
    }
    fn unix_datagram_recv() {
        let (one, other) = UnixDatagram::pair().unwrap();
        later(move || drop(other.send(b"x")));
        drop(one.recv(&mut [0; 16]));
    }
    fn libc_poll() {
        let (one, mut other) = UnixStream::pair().unwrap();
        later(move || other.write_all(b"x").unwrap());
        let mut wait = libc::pollfd {
            fd: std::os::unix::io::AsRawFd::as_raw_fd(&one),
            events: libc::POLLIN,
            revents: 0,
        };
        unsafe { libc::poll(&mut wait, 1, -1) };
    }
    fn resolve_name() {
        drop(("slow.example", 80).to_socket_addrs());
    }
    fn resolve_connect() {
        drop(TcpStream::connect("slow.example:80"));
    }
    fn ureq_get() {
        drop(ureq::get(&format!("http://{}/", server())).call());
    }
    fn curl_perform() {
        let mut easy = curl::easy::Easy::new();
        easy.url(&format!("http://{}/", server())).unwrap();
        drop(easy.perform());
    }
    fn reqwest_blocking() {
        drop(reqwest::blocking::get(format!("http://{}/", server())));
    }
    fn openssl_connect() {
        let tls = openssl::ssl::SslMethod::tls();
        let connector = openssl::ssl::SslConnector::builder(tls).unwrap();
        drop(connector.build().connect("localhost", stream()));
    }
}
