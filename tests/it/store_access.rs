//! What the database keeps of codes and links: nothing that could be used.

use repere::calendar::staff::totp;
use repere::calendar::{Purpose, Role};

use crate::calendar_kit::{NOW, base};

#[tokio::test]
async fn nothing_readable_of_a_code_or_a_link_is_kept() {
    let base = base().await;
    let store = &base.store;
    let (person, invitation) = store.add_staff("Anne", "anne@exemple.fr", Role::Trainer, NOW).await.unwrap();
    store.accept_invitation(&invitation, "$argon2id$", NOW).await.unwrap();
    let secret = totp::secret_from(&[7; 32]);
    let codes = store.set_second_factor(&person, &secret, 0, "", NOW).await.unwrap();
    assert!(codes.iter().all(|code| code.replace('-', "").len() * 4 >= 112), "112 bits each: {codes:?}");
    let step = store.begin_second_step(&person.id, NOW).await.unwrap();
    store.ask_reset("anne@exemple.fr", NOW).await.unwrap();
    let reset = base.token("anne", Purpose::Reset).await;
    for key in store.posts(10).await.unwrap() {
        store.mark_sent(&key.key, NOW).await.unwrap();
    }
    store.close().await;
    let file: Vec<u8> = std::fs::read_dir(base.folder.path())
        .unwrap()
        .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap_or_default())
        .collect();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("anne@exemple.fr"), "the file is read");
    for secret in [&codes[0], &codes[0].replace('-', ""), &step, &invitation, &reset] {
        assert!(!holds(secret), "{secret} is in the file");
    }
}

#[tokio::test]
async fn links_and_steps_end_with_their_time() {
    let base = base().await;
    let store = &base.store;
    let (person, invitation) = store.add_staff("Anne", "anne@exemple.fr", Role::Trainer, NOW).await.unwrap();
    store.accept_invitation(&invitation, "$argon2id$", NOW).await.unwrap();
    let step = store.begin_second_step(&person.id, NOW).await.unwrap();
    assert!(store.second_step(&step, NOW + 599).await.unwrap().is_some());
    assert!(store.second_step(&step, NOW + 600).await.unwrap().is_none());
    store.ask_reset("anne@exemple.fr", NOW).await.unwrap();
    let first = base.token("anne", Purpose::Reset).await;
    assert!(store.reset_by_token(&first, NOW + 599).await.unwrap().is_some());
    assert!(store.reset_by_token(&first, NOW + 600).await.unwrap().is_none());
    assert!(store.reset_by_token(&step, NOW).await.unwrap().is_none(), "a token of another purpose opens nothing");
    store.ask_reset("anne@exemple.fr", NOW + 1).await.unwrap();
    assert!(store.reset_by_token(&first, NOW + 2).await.unwrap().is_none(), "a newer link ends the one before");
    let secret = totp::secret_from(&[7; 32]);
    store.set_second_factor(&person, &secret, 0, "", NOW).await.unwrap();
    let code = totp::code(&secret, NOW).unwrap();
    assert!(store.accept_code(&person.id, &code, NOW).await.unwrap());
    assert!(!store.accept_code(&person.id, &code, NOW).await.unwrap(), "once");
}
