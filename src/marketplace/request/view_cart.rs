//! `GET /cart`: the items of a user's cart, all keys asked for in one command (`MGET`). What is not
//! there is loaded in one statement and stored with one command (`MSET`, with expiries in a script).

use super::{Answer, Failure, Request};
use crate::marketplace::mysql::{Statement, Verb};
use crate::marketplace::probe::Stage;
use crate::marketplace::redis::key::Key;
use crate::marketplace::redis::store::{Item, Store, Value};
use crate::marketplace::redis::topology::Access;

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let config = request.market.config;
    request.cpu(&config.endpoints.app_cpu).await;
    let user = request.row();
    let key = |item| Key::CartItem { user, item, tagged: config.cache.hash_tags };
    let keys: Vec<Key> = (0..config.cache.cart_items).map(key).collect();
    let get = |store: &mut Store, now| {
        let missing = keys.iter().filter(|key| store.get(**key, now).is_none()).copied();
        (missing.collect::<Vec<Key>>(), now)
    };
    let stage = request.enter(Stage::Redis);
    let looked = request.command(&keys, Access::Read, get).await;
    drop(stage);
    match looked {
        Ok((missing, _)) if missing.is_empty() => request.market.cache.looked(true),
        Ok((missing, at)) => {
            request.market.cache.looked(false);
            request.market.cache.loads(missing[0], at);
            load(request).await?;
            store(request, &missing).await;
        }
        Err(Failure::RedisDown) => load(request).await?,
        Err(failure) => return Err(failure),
    }
    request.render().await;
    Ok(())
}

async fn load(request: &Request<'_>) -> Answer {
    let cpu = request.draw(&request.market.config.endpoints.short_cpu);
    let mut transaction = request.begin_reading().await?;
    transaction.run(Statement::plain(Verb::Select).cpu(cpu)).await?;
    transaction.commit().await
}

async fn store(request: &Request<'_>, keys: &[Key]) {
    let knobs = &request.market.config.cache;
    let set = |store: &mut Store, now: u64| {
        let expires = Some(now.saturating_add(knobs.ttl.0));
        let (value, bytes) = (Value::Number(1), knobs.entry_size.0);
        let item = Item { value, expires, bytes, recompute: 0, written: 0, flushed: 0 };
        for key in keys {
            store.set(*key, item, now).ok();
        }
        request.market.cache.stored(keys[0], now);
    };
    let _stage = request.enter(Stage::Redis);
    request.command(keys, Access::Write, set).await.ok();
}
