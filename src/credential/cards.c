// cards: whose card it is. Of the number only a MAC is kept, and its last characters for people.
// no unit test: test_credential.c asks it on both stores

#include "credential/credential_int.h"

static void cards_read(const struct db_stmt *stmt, struct arena *arena, void *row)
{
    struct credential_card *card = row;
    *card = (struct credential_card){ .id = db_col_int(stmt, 0),
                                      .person = db_col_int(stmt, 1),
                                      .hint = arena_copy(arena, db_col_text(stmt, 2)),
                                      .title = arena_copy(arena, db_col_text(stmt, 3)),
                                      .valid_until = db_col_int(stmt, 4),
                                      .made_at = db_col_int(stmt, 5),
                                      .used_at = db_col_int(stmt, 6),
                                      .used_where = arena_copy(arena, db_col_text(stmt, 7)),
                                      .format = arena_copy(arena, db_col_text(stmt, 8)) };
}

static bool cards_first(struct db_stmt *stmt, struct arena *arena, struct credential_card *card,
                        bool *found, struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        cards_read(stmt, arena, card);
        db_reset(stmt);
    }
    return credential_kept(arena, err);
}

bool credential_card_find(struct credential *credential, const struct credential_mac *mac,
                          struct arena *arena, struct credential_card *card, bool *found,
                          struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_CARD_BY_MAC];
    db_bind_bytes(stmt, 1, mac->bytes, sizeof(mac->bytes));
    return cards_first(stmt, arena, card, found, err);
}

bool credential_card_get(struct credential *credential, int64_t id, struct arena *arena,
                         struct credential_card *card, bool *found, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_CARD_BY_ID];
    db_bind_int(stmt, 1, id);
    return cards_first(stmt, arena, card, found, err);
}

bool credential_card_add(struct credential *credential, const struct credential_mac *mac,
                         struct credential_card *card, struct err *err)
{
    struct db_stmt *count = credential->stmts[CREDENTIAL_SQL_CARD_COUNT];
    struct db_stmt *add = credential->stmts[CREDENTIAL_SQL_CARD_ADD];
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 10);
    struct credential_card other;
    int64_t has;
    bool found;
    if (!credential_card_find(credential, mac, &arena, &other, &found, err)) {
        return false;
    }
    if (found) {
        return err_why(err, ERR_EXISTS, "card-taken",
                       "that card is somebody's already; remove it there first");
    }
    db_bind_int(count, 1, card->person);
    if (!credential_number(count, &has, err)) {
        return false;
    }
    if (has >= CREDENTIAL_CARDS_MAX) {
        return err_why(err, ERR_LIMIT, "too-many-cards",
                       "a person has at most %d cards; remove one first", CREDENTIAL_CARDS_MAX);
    }
    if (!credential_next(credential, "card", &card->id, err)) {
        return false;
    }
    db_bind_int(add, 1, card->id);
    db_bind_bytes(add, 2, mac->bytes, sizeof(mac->bytes));
    db_bind_int(add, 3, card->person);
    db_bind_text(add, 4, card->hint);
    db_bind_text(add, 5, card->title);
    db_bind_int(add, 6, card->valid_until);
    db_bind_int(add, 7, card->made_at);
    db_bind_text(add, 8, card->format);
    return db_run(add, err);
}

bool credential_card_used(struct credential *credential, int64_t id, int64_t at, struct str where,
                          struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_CARD_USED];
    db_bind_int(stmt, 1, id);
    db_bind_int(stmt, 2, at);
    db_bind_text(stmt, 3, where);
    return db_run(stmt, err);
}

bool credential_card_set(struct credential *credential, const struct credential_card *card,
                         struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_CARD_SET];
    db_bind_int(stmt, 1, card->id);
    db_bind_text(stmt, 2, card->title);
    db_bind_int(stmt, 3, card->valid_until);
    return db_run(stmt, err);
}

bool credential_card_remove(struct credential *credential, const struct credential_card *card,
                            struct err *err)
{
    return credential_run(credential, CREDENTIAL_SQL_CARD_DROP, card->id, err) &&
           credential_touch(credential, card->person, err);
}

bool credential_cards(struct credential *credential, int64_t person, int64_t after, size_t most,
                      struct arena *arena, struct credential_card *cards, size_t *count,
                      struct err *err)
{
    const struct credential_page page = {
        .stmt = person == 0 ? CREDENTIAL_SQL_CARDS : CREDENTIAL_SQL_CARDS_OF,
        .person = person,
        .after = after,
        .most = most,
        .read = cards_read,
    };
    return credential_page_read(credential, &page, arena, cards, sizeof(*cards), count, err);
}
