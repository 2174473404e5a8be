// A work with something in every field, for the tests of this room.
#pragma once

#include "expr/expr.h"

static inline struct work work_sample(void)
{
    return (struct work){
        .kind = WORK_PRINT,
        .queue = STR("Library"),
        .printer = STR("lib-1"),
        .pull_group = STR("campus"),
        .printer_state = STR("idle"),
        .account = STR("code:acme/7"),
        .document = STR("Thesis final.pdf"),
        .format = STR("application/pdf"),
        .media = STR("iso_a4_210x297mm"),
        .media_type = STR("stationery"),
        .media_source = STR("tray-1"),
        .from = STR("10.0.0.7"),
        .identity = STR("claimed"),
        .destination = STR("email"),
        .classes = { { .page = { PAGE_NORMAL, false, false, true, 80, 40 },
                       .area = 80,
                       .by_ink = { 70, 0, 0, 0, 10 } },
                     { .page = { PAGE_LARGE, true, false, false, 3, 3 }, .area = 6 },
                     { .page = { PAGE_NORMAL, false, true, false, 2, 2 } } },
        .class_count = 3,
        .finishings = { { STR("staple"), 2 }, { STR("punch"), 1 } },
        .finishing_count = 2,
        .copies = 2,
        .seconds = 90,
        .bytes = 2500000,
        .user = STR("mary"),
        .full_name = STR("Mary Shelley"),
        .department = STR("science/physics"),
        .location = STR("north"),
        .groups = { STR("students"), STR("library") },
        .group_count = 2,
        .available = { 500000 },
        .cost = { 725000 },
    };
}

static inline int64_t work_counted(void *arg, enum expr_field counter, int64_t window_ms)
{
    (void)arg;
    return counter == EXPR_FIELD_DUPLICATES ? window_ms / 60000 : 100 + (int64_t)counter;
}

// A Sunday, 19:30.
static inline struct expr_env work_env(const struct work *work)
{
    struct expr_env env =
        expr_env_of(work, (struct expr_local){ .days = 20779, .minute = 19 * 60 + 30 });
    env.count = work_counted;
    return env;
}
