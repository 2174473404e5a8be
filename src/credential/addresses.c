// addresses: people's own addresses of queues; see credential.h. They are kept with the tokens.
// no unit test: test_credential.c asks it on both stores

#include "base/buf.h"
#include "base/enc.h"
#include "credential/credential_int.h"

enum { ADDRESSES_SCOPE = 8 }; // "address:"

static void addresses_read(const struct db_stmt *stmt, struct arena *arena, void *row)
{
    struct credential_address *address = row;
    struct str scope = db_col_text(stmt, 3);
    struct str queue = { scope.ptr + ADDRESSES_SCOPE, scope.len - ADDRESSES_SCOPE };
    struct str hash = db_col_bytes(stmt, 9);
    *address = (struct credential_address){ .id = db_col_int(stmt, 0),
                                            .person = db_col_int(stmt, 1),
                                            .title = arena_copy(arena, db_col_text(stmt, 2)),
                                            .queue = arena_copy(arena, queue),
                                            .made_at = db_col_int(stmt, 4),
                                            .until = db_col_int(stmt, 5),
                                            .used_at = db_col_int(stmt, 6),
                                            .is_revoked = db_col_int(stmt, 7) != 0,
                                            .hint = arena_copy(arena, db_col_text(stmt, 8)) };
    if (hash.len == sizeof(address->hash)) {
        memcpy(address->hash, hash.ptr, hash.len);
    }
}

bool credential_address_get(struct credential *credential, int64_t id, struct arena *arena,
                            struct credential_address *address, bool *found, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_ADDRESS_BY_ID];
    db_bind_int(stmt, 1, id);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        addresses_read(stmt, arena, address);
        db_reset(stmt);
    }
    return credential_kept(arena, err);
}

static bool addresses_check(struct credential *credential, const struct credential_address *address,
                            struct err *err)
{
    struct db_stmt *count = credential->stmts[CREDENTIAL_SQL_ADDRESS_COUNT];
    int64_t has;
    if (address->queue.len == 0 || address->queue.len > CREDENTIAL_SCOPE_MAX - ADDRESSES_SCOPE ||
        !enc_is_plain(address->queue) ||
        memchr(address->queue.ptr, '/', address->queue.len) != NULL) {
        return err_set(err, ERR_INVALID, "an address is one of a queue: name it");
    }
    db_bind_int(count, 1, address->person);
    db_bind_int(count, 2, address->made_at);
    return credential_number(count, &has, err) &&
           (has < CREDENTIAL_ADDRESSES_MAX ||
            err_set(err, ERR_LIMIT, "a person has at most %d addresses; revoke one first",
                    CREDENTIAL_ADDRESSES_MAX));
}

bool credential_address_add(struct credential *credential, struct str secret,
                            struct credential_address *address, struct err *err)
{
    struct db_stmt *add = credential->stmts[CREDENTIAL_SQL_TOKEN_ADD];
    OWN(buf_free) struct buf scope = BUF_CAP(CREDENTIAL_SCOPE_MAX + 1);
    if (!addresses_check(credential, address, err) ||
        !credential_next(credential, "token", &address->id, err)) {
        return false;
    }
    buf_add(&scope, STR("address:"));
    buf_add(&scope, address->queue);
    crypto_hash_of(secret, address->hash);
    db_bind_int(add, 1, address->id);
    db_bind_bytes(add, 2, address->hash, sizeof(address->hash));
    db_bind_int(add, 3, address->person);
    db_bind_text(add, 4, address->title);
    db_bind_text(add, 5, buf_str(&scope));
    db_bind_int(add, 6, address->made_at);
    db_bind_int(add, 7, address->until);
    db_bind_text(add, 8, address->hint);
    return db_run(add, err);
}

bool credential_address_used(struct credential *credential, int64_t id, int64_t at, struct err *err)
{
    return credential_run_two(credential, CREDENTIAL_SQL_ADDRESS_USED, id, at, err);
}

bool credential_address_revoke(struct credential *credential,
                               const struct credential_address *address, struct err *err)
{
    return credential_run(credential, CREDENTIAL_SQL_TOKEN_REVOKE, address->id, err) &&
           credential_touch(credential, address->person, err);
}

bool credential_addresses(struct credential *credential, int64_t person, int64_t after, size_t most,
                          struct arena *arena, struct credential_address *addresses, size_t *count,
                          struct err *err)
{
    const struct credential_page page = {
        .stmt = person == 0 ? CREDENTIAL_SQL_ADDRESSES : CREDENTIAL_SQL_ADDRESSES_OF,
        .person = person,
        .after = after,
        .most = most,
        .read = addresses_read,
    };
    return credential_page_read(credential, &page, arena, addresses, sizeof(*addresses), count,
                                err);
}

bool credential_address_last(struct credential *credential, int64_t *last, struct err *err)
{
    return credential_number(credential->stmts[CREDENTIAL_SQL_ADDRESS_LAST], last, err);
}

bool credential_addresses_good(struct credential *credential, int64_t person, int64_t after,
                               int64_t now, size_t most, struct arena *arena,
                               struct credential_address *addresses, size_t *count, struct err *err)
{
    const struct credential_page page = {
        .stmt = person == 0 ? CREDENTIAL_SQL_ADDRESSES_GOOD : CREDENTIAL_SQL_ADDRESSES_GOOD_OF,
        .person = person,
        .after = after,
        .most = most,
        .now = now,
        .read = addresses_read,
    };
    return credential_page_read(credential, &page, arena, addresses, sizeof(*addresses), count,
                                err);
}
