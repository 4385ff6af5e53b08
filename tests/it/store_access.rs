//! What the database keeps of codes and links: nothing that could be used.

use repere::calendar::staff::totp;
use repere::calendar::{Purpose, Role};

use repere::store::{KeySource, Store};

use crate::calendar_kit::{Base, NOW, base, on_both_engines};

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
    let key = std::fs::read_to_string(base.folder.path().join("repere.key")).unwrap();
    store.close().await;
    std::fs::remove_file(base.folder.path().join("repere.key")).unwrap();
    let file: Vec<u8> = std::fs::read_dir(base.folder.path())
        .unwrap()
        .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap_or_default())
        .collect();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("anne@exemple.fr"), "the file is read");
    for secret in [&codes[0], &codes[0].replace('-', ""), &step, &invitation, &reset, &secret, &key.trim().to_owned()] {
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

/// Somebody with an authenticator app; its secret.
async fn enrolled(store: &Store, name: &str) -> (repere::calendar::Staff, String) {
    let email = format!("{name}@exemple.fr");
    let (person, invitation) = store.add_staff(name, &email, Role::Coordinator, NOW).await.unwrap();
    store.accept_invitation(&invitation, "$argon2id$", NOW).await.unwrap();
    let secret = totp::secret_from(&[7; 32]);
    store.set_second_factor(&person, &secret, 0, "", NOW).await.unwrap();
    (person, secret)
}

/// A copy of the database alone opens nobody's codes; without the key, or with another, the host says what to do.
async fn the_database_is_of_no_use_without_its_key(base: Base) {
    let (anne, secret) = enrolled(&base.store, "Anne").await;
    let file = base.folder.path().join("repere.key");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let kept = std::fs::read_to_string(&file).unwrap();
    let open = async || Store::open(base.database.clone()).await;
    std::fs::remove_file(&file).unwrap();
    let missing = format!("{:#}", open().await.unwrap_err());
    assert!(missing.contains("is missing") && missing.contains("repere staff new-key"), "{missing}");
    assert!(!file.exists(), "nothing is sealed with another key by mistake");
    std::fs::write(&file, "00".repeat(32)).unwrap();
    let other = format!("{:#}", open().await.unwrap_err());
    assert!(other.contains("is not the one") && !other.contains("0000"), "{other}");
    std::fs::write(&file, "secret-4711").unwrap();
    let none = format!("{:#}", open().await.unwrap_err());
    assert!(none.contains("64 hexadecimal digits") && !none.contains("4711"), "{none}");
    // Given by the environment, as several hosts beside one another have it.
    std::fs::remove_file(&file).unwrap();
    let locked = Store::open_locked(base.database.clone()).await.unwrap();
    let store = locked.unlock(&KeySource::new(base.folder.path(), Some(kept.clone())), NOW).await.unwrap();
    assert!(store.accept_code(&anne.id, &totp::code(&secret, NOW).unwrap(), NOW).await.unwrap());
    store.close().await;

    let locked = Store::open_locked(base.database.clone()).await.unwrap();
    assert_eq!(locked.forget_key(NOW).await.unwrap(), 1);
    assert!(!base.store.staff_by_id(&anne.id).await.unwrap().unwrap().has_second_factor);
    let store = open().await.unwrap();
    assert_ne!(std::fs::read_to_string(&file).unwrap(), kept, "another key");
    store.set_second_factor(&anne, &secret, 0, "", NOW).await.unwrap();
    assert!(store.accept_code(&anne.id, &totp::code(&secret, NOW).unwrap(), NOW).await.unwrap());
    assert!(base.letters("anne").await.contains(&"equipe-acces-modifie"));
}

/// A copy of a database with nobody's codes in it needs no key; hosts that share one agree on the first one's all the same.
async fn nothing_sealed_needs_no_key(base: Base) {
    std::fs::write(base.folder.path().join("repere.key"), "00".repeat(32)).unwrap();
    let opened = Store::open(base.database.clone()).await;
    match base.store.engine() {
        repere::store::Engine::Sqlite => assert!(opened.is_ok()),
        repere::store::Engine::Postgres => {
            assert!(opened.is_err_and(|error| error.to_string().contains("not the one")));
        }
    }
}

/// What an older program left in clear is sealed by the next start; a secret moved to somebody else's row opens nothing.
async fn secrets_in_clear_are_sealed_and_belong_to_their_row(base: Base) {
    let (anne, _) = enrolled(&base.store, "Anne").await;
    let (bilal, _) = enrolled(&base.store, "Bilal").await;
    let clear = totp::secret_from(&[9; 32]);
    let pool = base.pool().await;
    sqlx::query("UPDATE staff SET totp = $1 WHERE id = $2").bind(&clear).bind(&anne.id).execute(&pool).await.unwrap();
    let store = Store::open(base.database.clone()).await.unwrap();
    let row = sqlx::query("SELECT totp FROM staff WHERE id = $1").bind(&anne.id).fetch_one(&pool).await.unwrap();
    let kept: String = sqlx::Row::get(&row, "totp");
    assert!(!kept.contains(&clear), "{kept}");
    assert!(store.accept_code(&anne.id, &totp::code(&clear, NOW).unwrap(), NOW).await.unwrap());
    sqlx::query("UPDATE staff SET totp = $1 WHERE id = $2").bind(kept).bind(&bilal.id).execute(&pool).await.unwrap();
    assert!(!store.accept_code(&bilal.id, &totp::code(&clear, NOW).unwrap(), NOW).await.unwrap());
    let faults = store.faults().await.unwrap();
    assert!(faults.len() == 1 && faults[0].contains(&bilal.id), "the night's look finds it: {faults:?}");
}

on_both_engines![
    the_database_is_of_no_use_without_its_key,
    nothing_sealed_needs_no_key,
    secrets_in_clear_are_sealed_and_belong_to_their_row,
];
