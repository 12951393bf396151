//! Well-behaved tasks: they wait a lot and never block.

use super::{compute, compute_for};
use crate::random::between_ms;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Notify};
use tokio::task::yield_now;
use tokio::time::{self, MissedTickBehavior};

pub async fn tick() {
    loop {
        time::sleep(between_ms(5, 60)).await;
    }
}

/// Three tasks that fight over an async mutex and hold it while they sleep.
pub async fn contend() {
    let shared = Arc::new(Mutex::new(0u64));
    for _ in 0..2 {
        tokio::spawn(hold_and_sleep(shared.clone()));
    }
    hold_and_sleep(shared).await;
}

async fn hold_and_sleep(shared: Arc<Mutex<u64>>) {
    loop {
        let mut count = shared.lock().await;
        *count += 1;
        time::sleep(between_ms(10, 40)).await;
    }
}

/// 4,000 short tasks a second. What a busy machine makes it miss is not made up for: that would be
/// hundreds in one poll, which block.
pub async fn spawn_short_tasks() {
    let mut interval = time::interval(Duration::from_millis(5));
    interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        interval.tick().await;
        for number in 0..20 {
            tokio::spawn(async move { compute(100 + number) });
        }
    }
}

/// Yields a hundred times in a row, doing nothing.
pub async fn yield_idly() {
    loop {
        for _ in 0..100 {
            yield_now().await;
        }
        time::sleep(Duration::from_millis(20)).await;
    }
}

/// 300 ms on the CPU, but never more than 50 µs of it in one poll.
pub async fn yield_busily() {
    loop {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(300) {
            compute_for(Duration::from_micros(50));
            yield_now().await;
        }
        time::sleep(between_ms(1500, 2500)).await;
    }
}

/// Two tasks that wake each other. Each wake-up puts the other into the LIFO slot of the worker, so
/// that for some 20 ms at a time it polls these two in turns and counts none of it as a new round.
pub async fn play_ping_pong() {
    let (ping, pong) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    tokio::spawn(return_balls(ping.clone(), pong.clone()));
    loop {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(20) {
            for _ in 0..1000 {
                ping.notify_one();
                pong.notified().await;
            }
        }
        time::sleep(between_ms(200, 400)).await;
    }
}

async fn return_balls(ping: Arc<Notify>, pong: Arc<Notify>) {
    loop {
        ping.notified().await;
        pong.notify_one();
    }
}

/// To be run without a budget: 20 ms on the CPU, 50 µs of it in one poll.
pub async fn compute_shortly() {
    loop {
        yield_shortly(400).await;
        time::sleep(between_ms(200, 400)).await;
    }
}

/// 50 µs on the CPU, so many times.
pub async fn yield_shortly(times: u32) {
    for _ in 0..times {
        compute_for(Duration::from_micros(50));
        yield_now().await;
    }
}

/// Yields in a row, doing nothing; for some 10 ms.
pub async fn yield_in_bursts() {
    loop {
        for _ in 0..20_000 {
            yield_now().await;
        }
        time::sleep(between_ms(200, 400)).await;
    }
}
