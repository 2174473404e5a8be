// A history in a folder of its own.
#pragma once

#include "history/history.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static struct db *db;
static struct history *history;
static struct arena arena = { .cap = 64 << 20 };
static struct err err;

static inline void history_setup(void)
{
    char dsn[STORE_DSN_MAX];
    store_make(dsn, folder_make());
    if (!db_open(&db, &(struct db_options){ .dsn = dsn, .exclusive = true }, &err) ||
        !history_open(db, &history, &err)) {
        printf("Bail out! %s\n", err.text);
        exit(EXIT_FAILURE);
    }
}

static inline int history_teardown(void)
{
    history_close(&history);
    db_close(&db);
    arena_free(&arena);
    folder_end();
    return tap_done();
}

// A work of so many pages (every second coloured), charged to whom it belongs.
struct sample {
    struct history_row row;
    struct history_leg legs[2];
    struct history_line line;
};

static inline void sample_make(struct sample *sample, const char *user, const char *department,
                               int64_t at, uint32_t pages, int64_t amount)
{
    static const uint8_t digest[32] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    char *account = arena_textf(&arena, "user:%s", user);
    memset(sample, 0, sizeof(*sample));
    sample->legs[0] = (struct history_leg){ str_of(account), { amount } };
    sample->line = (struct history_line){ STR("page.normal.mono"), pages, 5000, amount };
    sample->row = (struct history_row){ .at = at,
                                        .entry = at * 2 + 1,
                                        .outcome = HISTORY_CHARGED,
                                        .key = { (uint8_t)at, 7 },
                                        .job = STR("ipp://localhost/jobs/17"),
                                        .why = STR("printer says so"),
                                        .amount = { amount },
                                        .real_cost = { amount / 2 },
                                        .price_version = 3,
                                        .legs = sample->legs,
                                        .leg_count = 1,
                                        .lines = &sample->line,
                                        .line_count = 1 };
    struct work *work = &sample->row.work;
    *work = (struct work){ .queue = STR("main"),
                           .printer = STR("laser"),
                           .format = STR("application/pdf"),
                           .media = STR("iso_a4_210x297mm"),
                           .from = STR("192.0.2.7"),
                           .copies = 1,
                           .bytes = 12345,
                           .digest = { (const char *)digest, sizeof(digest) },
                           .at = at - 5,
                           .user = str_of(arena_textf(&arena, "%s", user)),
                           .department = str_of(arena_textf(&arena, "%s", department)),
                           .location = STR("north"),
                           .groups = { STR("staff"), STR("chess") },
                           .group_count = 2,
                           .available = { -5 },
                           .cost = { amount } };
    work->classes[0].page = (struct page_class){ .size = PAGE_NORMAL, .pages = pages / 2 };
    work->classes[1].page =
        (struct page_class){ .size = PAGE_LARGE, .color = true, .pages = pages - pages / 2 };
    work->classes[1].page.sheets = pages;
    work->class_count = 2;
}

static inline bool add_row(struct history_row *row)
{
    memset(&err, 0, sizeof(err));
    if (!db_begin(db, &err)) {
        return false;
    }
    if (!history_add(history, row, &err)) {
        db_rollback(db);
        return false;
    }
    return db_commit(db, &err);
}

static inline int64_t add(const char *user, const char *department, int64_t at, uint32_t pages,
                          int64_t amount)
{
    struct sample sample;
    sample_make(&sample, user, department, at, pages, amount);
    return add_row(&sample.row) ? sample.row.number : -1;
}
