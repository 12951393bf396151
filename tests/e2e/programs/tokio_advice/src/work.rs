// SPDX-License-Identifier: MIT OR Apache-2.0
//! Work for the CPU.

use crate::{busy, cases};
use std::io::Write;

fn text() -> String {
    "some text, of which there is much: 1234 5678\n".repeat(20000)
}

cases! {
    fn flate2_compress() {
        let text = text();
        busy! {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            gzip.write_all(text.as_bytes()).unwrap();
            gzip.finish().unwrap()
        }
    }
    fn bzip2_compress() {
        let text = text();
        busy! {
            let mut bzip = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
            bzip.write_all(text.as_bytes()).unwrap();
            bzip.finish().unwrap()
        }
    }
    fn zstd_compress() {
        let text = text();
        busy!(zstd::encode_all(text.as_bytes(), 15).unwrap());
    }
    fn sha2_digest() {
        use sha2::Digest;
        let text = text();
        busy!(sha2::Sha256::digest(text.as_bytes()));
    }
    fn blake3_hash() {
        let text = text();
        busy!(blake3::hash(text.as_bytes()));
    }
    fn pbkdf2_hash() {
        let mut key = [0; 32];
        busy!(pbkdf2::pbkdf2::<hmac::Hmac<sha2::Sha256>>(b"word", b"salt", 20000, &mut key));
    }
    fn ring_pbkdf2() {
        let mut key = [0; 32];
        let rounds = std::num::NonZeroU32::new(20000).unwrap();
        let how = ring::pbkdf2::PBKDF2_HMAC_SHA256;
        busy!(ring::pbkdf2::derive(how, rounds, b"salt", b"word", &mut key));
    }
    fn openssl_rsa() {
        busy!(openssl::rsa::Rsa::generate(2048).unwrap());
    }
    fn regex_find() {
        let (text, pattern) = (text(), regex::Regex::new(r"(\w+)\s+(\d+)\s+(\d+)").unwrap());
        busy!(pattern.find_iter(&text).count());
    }
    fn json_parse() {
        let json = serde_json::to_string(&vec![Some("text"); 20000]).unwrap();
        busy!(serde_json::from_str::<serde_json::Value>(&json).unwrap());
    }
    fn json_write() {
        let rows = vec![("text", 1.5); 20000];
        busy!(serde_json::to_string(&rows).unwrap());
    }
    fn yaml_parse() {
        let yaml = "- one: 1\n".repeat(2000);
        busy!(serde_yaml::from_str::<serde_yaml::Value>(&yaml).unwrap());
    }
    fn toml_parse() {
        let toml = "[[a]]\nb = 1\n".repeat(2000);
        busy!(toml::from_str::<toml::Value>(&toml).unwrap());
    }
    fn image_resize() {
        let image = image::DynamicImage::new_rgb8(1000, 1000);
        busy!(image.resize(300, 300, image::imageops::FilterType::Lanczos3));
    }
    fn image_png() {
        let image = image::DynamicImage::new_rgb8(500, 500);
        busy! {
            let mut out = std::io::Cursor::new(Vec::new());
            image.write_to(&mut out, image::ImageOutputFormat::Png).unwrap();
        }
    }
    fn bigint_pow() {
        busy!(num_bigint::BigUint::from(7u32).pow(30000));
    }
    fn sort_strings() {
        let text = text();
        busy! {
            let mut words: Vec<&str> = text.split(' ').collect();
            words.sort();
        }
    }
    fn format_strings() {
        busy!((0..1000).map(|n| format!("{n:08x} {n}")).collect::<String>());
    }
}
