// schedule: see schedule.h. Which runs are due, and one slice of the one that began first.

#include "cas/schedule.h"

#include "base/mem.h"
#include "calendar/load.h"
#include <stdio.h>
#include <stdlib.h>

enum { SCHEDULE_ARENA_MAX = 64 << 20, SCHEDULE_PAGE = 50 };
// A run that is later than this was missed: nobody was there when it was due.
#define SCHEDULE_LATE_MS ((int64_t)10 * 60 * 1000)

struct cas_schedules {
    struct arena arena; // of all below
    int64_t state;
    struct cas_schedule *items; // by name
    size_t count;
};

void cas_schedules_free(struct cas_schedules **schedules)
{
    if (*schedules != NULL) {
        arena_free(&(*schedules)->arena);
        free(*schedules);
        *schedules = NULL;
    }
}

// ---- reading ------------------------------------------------------------------------------------

static bool schedule_zone(struct cas *cas, const char *name, struct arena *arena,
                          struct cas_schedule *schedule, struct err *err)
{
    const struct calendar_site *site;
    if (name[0] == '\0' && !cas_site_time(cas, &site, err)) {
        return false;
    }
    return calendar_zone_load(str_of(name[0] == '\0' ? calendar_zone_name(site->zone) : name),
                              arena, &schedule->zone, err);
}

bool cas_schedule_read(struct cas *cas, const Quoin__V1__Schedule *said, struct str name,
                       struct arena *arena, struct cas_schedule *schedule, struct err *err)
{
    *schedule = (struct cas_schedule){ .name = name, .said = said };
    schedule->task = cas_task_find(said->task);
    schedule->makes_up_all = strcmp(said->missed, "all") == 0;
    if (name.len == 0 || name.len > CAS_SCHEDULE_NAME_MAX) {
        return err_set(err, ERR_INVALID, "a schedule's name has 1 to %d bytes",
                       CAS_SCHEDULE_NAME_MAX);
    }
    if (schedule->task == NULL) {
        return err_set(err, ERR_INVALID, "\"%.40s\" is nothing that a schedule does: %s",
                       said->task, cas_task_names());
    }
    if (!schedule->makes_up_all && said->missed[0] != '\0' && strcmp(said->missed, "latest") != 0) {
        return err_set(err, ERR_INVALID,
                       "of missed runs a schedule makes up for latest or all, "
                       "not \"%.40s\"",
                       said->missed);
    }
    return calendar_cron_read(str_of(said->when), &schedule->cron, err) &&
           schedule_zone(cas, said->zone, arena, schedule, err) &&
           (schedule->task->check == NULL || schedule->task->check(said, err));
}

static bool schedule_since(struct cas *cas, int64_t change, int64_t *since, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct config_change made;
    size_t count;
    if (!config_changes(cas->config, change + 1, 1, &arena, &made, &count, err)) {
        return false;
    }
    *since = count == 1 ? made.at : 0;
    return true;
}

static bool schedules_add(struct cas *cas, struct cas_schedules *schedules,
                          const struct config_thing *thing, struct err *err)
{
    ProtobufCMessage *message;
    struct arena *arena = &schedules->arena;
    if (schedules->count == CAS_SCHEDULES_MAX) {
        return err_set(err, ERR_LIMIT, "a site has at most %d schedules; remove some",
                       CAS_SCHEDULES_MAX);
    }
    struct cas_schedule *schedule = &schedules->items[schedules->count];
    if (!cas_unpack(arena, &quoin__v1__schedule__descriptor, thing->body, &message, err) ||
        !cas_schedule_read(cas, (const Quoin__V1__Schedule *)message,
                           arena_copy(arena, thing->name), arena, schedule, err) ||
        !schedule_since(cas, thing->changed_in, &schedule->since, err)) {
        return err_in(err, "schedule \"%.*s\"", (int)thing->name.len, thing->name.ptr);
    }
    schedules->count++;
    return true;
}

static bool schedules_make(struct cas *cas, int64_t state, struct cas_schedules *schedules,
                           struct err *err)
{
    char after[CONFIG_NAME_MAX + 1] = "";
    size_t count = SCHEDULE_PAGE;
    arena_free(&schedules->arena);
    schedules->state = -1;
    schedules->count = 0;
    schedules->items =
        arena_new_array(&schedules->arena, CAS_SCHEDULES_MAX, sizeof(*schedules->items));
    while (count == SCHEDULE_PAGE) {
        OWN(arena_free) struct arena arena = ARENA_CAP(SCHEDULE_PAGE * (CONFIG_BODY_MAX + 1024));
        struct config_thing things[SCHEDULE_PAGE];
        if (!config_list(cas->config, STR("schedule"), str_of(after), SCHEDULE_PAGE, &arena, things,
                         &count, err)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!schedules_add(cas, schedules, &things[i], err)) {
                return false;
            }
            memcpy(after, things[i].name.ptr, things[i].name.len);
            after[things[i].name.len] = '\0';
        }
    }
    schedules->state = state;
    return true;
}

bool cas_schedules_all(struct cas *cas, const struct cas_schedule **schedules, size_t *count,
                       struct err *err)
{
    int64_t state;
    if (!config_state(cas->config, &state, err)) {
        return false;
    }
    if (cas->schedules == NULL) {
        cas->schedules = mem_new(sizeof(*cas->schedules));
        cas->schedules->arena = ARENA_CAP(SCHEDULE_ARENA_MAX);
        cas->schedules->state = -1;
    }
    if (cas->schedules->state != state && !schedules_make(cas, state, cas->schedules, err)) {
        return false;
    }
    *schedules = cas->schedules->items;
    *count = cas->schedules->count;
    return true;
}

bool cas_schedule_next(const struct cas_schedule *schedule, int64_t at, int64_t *due)
{
    return !schedule->said->suspended &&
           calendar_cron_after(&schedule->cron, schedule->zone, at, due);
}

// ---- what is due --------------------------------------------------------------------------------

// The run that is due now and was not made: of those since the last one the newest, or, where it
// makes up for all, the first of the newest. A last run that lies ahead of now does not count: the
// clock was wrong when it was made; it is not made again when its time comes.
static bool schedule_due(struct cas *cas, const struct cas_schedule *schedule, int64_t now,
                         int64_t *due, bool *is_due, struct err *err)
{
    int most = schedule->makes_up_all ? CAS_SCHEDULE_MISSED_MOST : 1;
    int64_t from = schedule->since;
    int64_t at = now;
    int64_t found;
    int64_t last;
    bool has_last;
    *is_due = false;
    if (!cas_run_last(cas, schedule->name, now, &last, &has_last, err)) {
        return false;
    }
    from = has_last && last > from ? last : from;
    for (int i = 0; i < most && !schedule->said->suspended; i++) {
        if (!calendar_cron_before(&schedule->cron, schedule->zone, at, &found) || found <= from) {
            break;
        }
        *due = found;
        *is_due = true;
        at = found - 1;
    }
    return true;
}

bool cas_schedule_begin(struct cas *cas, struct arena *arena, const struct cas_schedule *schedule,
                        int64_t due_at, int64_t now, const char *how, bool *made, struct err *err)
{
    struct cas_run run = { .due_at = due_at,
                           .started_at = now,
                           .said = cas_pack(arena, &schedule->said->base) };
    memcpy(run.name, schedule->name.ptr, schedule->name.len);
    (void)snprintf(run.how, sizeof(run.how), "%s", how);
    return cas_run_add(cas, &run, made, err);
}

static bool schedule_begin_due(struct cas *cas, struct arena *arena, int64_t now, bool *made,
                               struct err *err)
{
    const struct cas_schedule *schedules;
    size_t count;
    *made = false;
    if (!cas_schedules_all(cas, &schedules, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t due;
        bool is_due;
        bool is_new = false;
        if (!schedule_due(cas, &schedules[i], now, &due, &is_due, err) ||
            (is_due &&
             !cas_schedule_begin(cas, arena, &schedules[i], due, now,
                                 now - due > SCHEDULE_LATE_MS ? "missed" : "due", &is_new, err))) {
            return false;
        }
        *made = *made || is_new;
    }
    return true;
}

// ---- working off --------------------------------------------------------------------------------

static bool schedule_slice(struct cas *cas, struct cas_turn *turn, struct cas_run *run,
                           struct err *err)
{
    struct cas_run before = *run;
    ProtobufCMessage *message;
    bool is_done = false;
    bool kept;
    if (!cas_unpack(turn->arena, &quoin__v1__schedule__descriptor, run->said, &message, err)) {
        return false;
    }
    const Quoin__V1__Schedule *said = (const Quoin__V1__Schedule *)message;
    const struct cas_task *task = cas_task_find(said->task);
    if (task == NULL) {
        (void)snprintf(run->result, sizeof(run->result), "nothing here does \"%.40s\"", said->task);
        is_done = true;
    } else if (!task->slice(cas, turn, said, run, false, &is_done, err)) {
        return false;
    }
    run->done_at = is_done ? turn->now : 0;
    if (run->done_at == 0 && is_done) {
        run->done_at = 1; // the clock stands at 1970
    }
    if (!cas_run_keep(cas, &before, run, &kept, err)) {
        return false;
    }
    return kept || err_set(err, ERR_CONFLICT, "another CAS works on run %s", run->name);
}

bool cas_schedule_step(struct cas *cas, int64_t now, bool *more, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CAS_ARENA_MAX * 2);
    struct cas_turn turn = { .arena = &arena, .role = "cas", .host = "schedule", .now = now };
    struct cas_run run;
    bool found;
    *more = false;
    if (!cas_run_open(cas, &arena, &run, &found, err)) {
        return false;
    }
    if (!found) {
        return schedule_begin_due(cas, &arena, now, more, err);
    }
    *more = true;
    return schedule_slice(cas, &turn, &run, err);
}
