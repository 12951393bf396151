// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tasks that await many futures at once, by the sets of futures-util and of Tokio.

use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::stream::{self, FuturesOrdered, FuturesUnordered, StreamExt};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::{keep, notify, say, short, sleep_};

/// Twelve alike.
async fn unordered(n: Arc<Notify>) {
    let mut set: FuturesUnordered<_> = (0..12).map(|_| notify(n.clone())).collect();
    while let Some(x) = set.next().await { //@unordered.1
        keep(x);
    }
    keep(());
}

/// Two kinds, and one of them has ended.
async fn mixed(n: Arc<Notify>) {
    let set = FuturesUnordered::new();
    set.push(tokio::spawn(notify(n.clone())));
    set.push(tokio::spawn(async { keep(()) }));
    set.push(tokio::spawn(sleep_()));
    let mut set = set;
    set.next().await.map(keep).unwrap().ok();
    let x = set.next().await; //@mixed.1
    keep(x).unwrap().ok();
    keep(());
}

async fn ordered(n: Arc<Notify>) {
    let mut set: FuturesOrdered<_> = (0..3).map(|_| notify(n.clone())).collect();
    let x = set.next().await; //@ordered.1
    keep(x);
    keep(());
}

async fn buffered(n: Arc<Notify>) {
    let mut set = stream::iter(0..100).map(|_| notify(n.clone())).buffer_unordered(8);
    let x = set.next().await; //@buffered.1
    keep(x);
    keep(());
}

async fn joined(count: u32, n: Arc<Notify>) {
    let x = join_all((0..count).map(|_| notify(n.clone()))).await; //@joined.1
    keep(x);
    keep(());
}

/// A set in each future of a set.
async fn nested(n: Arc<Notify>) {
    let mut set: FuturesUnordered<_> = (0..2).map(|_| Box::pin(ordered(n.clone()))).collect();
    let x = set.next().await; //@nested.1
    keep(x);
    keep(());
}

/// More than are read.
async fn large(n: Arc<Notify>) {
    let mut set: FuturesUnordered<_> = (0..1000).map(|_| notify(n.clone())).collect();
    let x = set.next().await; //@large_set.1
    keep(x);
    keep(());
}

/// `rounds`: so many of its tasks end and are spawned anew all the time.
async fn join_set(rounds: usize, n: Arc<Notify>) {
    let mut set = JoinSet::new();
    for _ in 0..3 {
        set.spawn(notify(n.clone()));
    }
    for _ in 0..rounds {
        set.spawn(async { keep(short(1).await); });
    }
    while let Some(x) = set.join_next().await { //@join_set.1
        keep(x).ok();
        set.spawn(async { keep(short(1).await); });
    }
    keep(());
}

/// One of each; they wait, but for the tasks of the last.
pub async fn all(rounds: usize) {
    let n = Arc::new(Notify::new());
    say("multi", "unordered", &tokio::spawn(unordered(n.clone())));
    say("multi", "mixed", &tokio::spawn(mixed(n.clone())));
    say("multi", "ordered", &tokio::spawn(ordered(n.clone())));
    say("multi", "buffered", &tokio::spawn(buffered(n.clone())));
    say("multi", "joined", &tokio::spawn(joined(3, n.clone())));
    say("multi", "joined_many", &tokio::spawn(joined(40, n.clone())));
    say("multi", "nested", &tokio::spawn(nested(n.clone())));
    say("multi", "large_set", &tokio::spawn(large(n.clone())));
    say("multi", "join_set", &tokio::spawn(join_set(rounds, n.clone())));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    println!("ready multi");
    std::future::pending::<()>().await;
    keep(n);
}
