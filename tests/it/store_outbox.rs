//! The outbox between several who deliver: a letter belongs to one at a time, and a letter that is taken back stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use repere::calendar::Command;
use repere::store::{PostState, Store};
use tokio::sync::Barrier;

use crate::calendar_kit::{Base, DAY, NOW, on_both_engines};

/// Stores of their own, as several processes have, claim at the same moment until nothing is left.
async fn several_claim_and_each_letter_is_claimed_once(base: Base) {
    const LETTERS: usize = 60;
    let session = base.session(100).await;
    for who in 0..LETTERS {
        base.register(&session, &format!("p{who}"), NOW).await;
    }
    let together = Arc::new(Barrier::new(6));
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let store = Store::open(base.database.clone()).await.unwrap();
        let together = Arc::clone(&together);
        tasks.push(tokio::spawn(async move {
            together.wait().await;
            let mut mine = Vec::new();
            loop {
                let claimed = store.claim(3, NOW).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(claimed.into_iter().map(|post| post.key));
            }
        }));
    }
    let mut claimed: BTreeMap<String, usize> = BTreeMap::new();
    for task in tasks {
        for key in task.await.unwrap() {
            *claimed.entry(key).or_default() += 1;
        }
    }
    assert_eq!(claimed.len(), LETTERS);
    assert!(claimed.values().all(|times| *times == 1), "{claimed:?}");
}

async fn a_letter_taken_back_after_it_was_claimed_is_not_handed_over(base: Base) {
    let session = base.session(10).await;
    let id = base.register(&session, "anne", NOW).await.id;
    base.register(&session, "lou", NOW).await;
    let claimed = base.store.claim(10, NOW).await.unwrap();
    base.run(Command::Cancel { registration: id.clone() }, NOW + 1).await;
    for post in &claimed {
        let theirs = post.letter.registration.as_ref().unwrap().id == id;
        assert_eq!(base.store.hold(post, NOW + 2).await.unwrap(), !theirs);
    }
}

/// A worker that a slow mail server held up finds its letters with somebody else.
async fn a_claim_that_ran_out_belongs_to_the_next(base: Base) {
    let session = base.session(10).await;
    base.register(&session, "anne", NOW).await;
    let slow = base.store.claim(1, NOW).await.unwrap().remove(0);
    assert!(base.store.hold(&slow, NOW + 100).await.unwrap());
    assert!(base.store.claim(1, NOW + 150).await.unwrap().is_empty(), "holding it begins the claim anew");
    let quick = base.store.claim(1, NOW + 230).await.unwrap().remove(0);
    assert!(!base.store.hold(&slow, NOW + 231).await.unwrap() && base.store.hold(&quick, NOW + 231).await.unwrap());
    base.store.mark_sent(&quick.key, NOW + 232).await.unwrap();
    assert!(!base.store.hold(&quick, NOW + 233).await.unwrap());
    assert_eq!(base.store.post(&quick.key).await.unwrap().unwrap().state, PostState::Sent);
    assert!(base.store.claim(1, NOW + DAY).await.unwrap().is_empty());
}

on_both_engines![
    several_claim_and_each_letter_is_claimed_once,
    a_letter_taken_back_after_it_was_claimed_is_not_handed_over,
    a_claim_that_ran_out_belongs_to_the_next,
];
