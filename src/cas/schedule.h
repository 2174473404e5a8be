// cas/schedule: what is done at its time: schedules (the things of kind "schedule"), their runs,
// and the kinds of task that a run can be. A run is a row, made once for a name and a due time
// whoever makes it, and worked off in slices that are whole: a run that was interrupted goes on
// behind the last slice that was committed, with the task as it was when it began.
#pragma once

#include "calendar/cron.h"
#include "cas/cas_int.h"
#include "proto/quota.pb-c.h"

enum {
    CAS_SCHEDULE_NAME_MAX = 64,
    CAS_SCHEDULES_MAX = 500,
    CAS_SCHEDULE_MISSED_MOST = 31, // runs of one schedule that are made up for, where it says all
    CAS_RUN_RESULT_MAX = 240,
    CAS_RUN_CURSOR_MAX = 160,
    CAS_RUN_SLICE = 100, // people, counters of one slice
};

struct cas_schedule {
    struct str name;
    const Quoin__V1__Schedule *said;
    struct calendar_cron cron;
    const struct calendar_zone *zone;
    const struct cas_task *task;
    bool makes_up_all; // for all missed runs; else for the latest
    int64_t since;     // when it was changed last: what was due before is not made up for
};
// Runs are borrowed from the message; the zone is in the arena. ERR_INVALID says what makes no
// sense.
bool cas_schedule_read(struct cas *cas, const Quoin__V1__Schedule *said, struct str name,
                       struct arena *arena, struct cas_schedule *schedule,
                       struct err *err) CC_MUST_USE;
// What is asked for, in its canonical form and as the thing holds it.
bool cas_schedule_prepare(struct cas *cas, struct cas_turn *turn, const char *name,
                          Quoin__V1__Schedule *said, struct cas_schedule *schedule,
                          struct err *err) CC_MUST_USE;
// All of them, by name; borrowed until the next change of the configuration.
bool cas_schedules_all(struct cas *cas, const struct cas_schedule **schedules, size_t *count,
                       struct err *err) CC_MUST_USE;
// When it is due next after an instant; false: never.
bool cas_schedule_next(const struct cas_schedule *schedule, int64_t at, int64_t *due);

struct cas_run {
    char name[CAS_SCHEDULE_NAME_MAX + 1];
    int64_t due_at;
    int64_t started_at;
    int64_t done_at; // 0: under way
    char how[8];     // "due", "missed", "now"
    int64_t count;   // people, counters that it has done
    int64_t amount;  // of money
    int64_t failed;  // people that it could not serve
    char result[CAS_RUN_RESULT_MAX + 1];
    char cursor[CAS_RUN_CURSOR_MAX + 1]; // behind what is done
    struct str said; // the packed schedule when it began; in the arena of whoever read it
};

// ---- kinds of task: tasks.c ---------------------------------------------------------------------

// A slice does its part in the turn's transaction, moves cursor, count, amount and failed on, and
// says whether that was all. A failure of it is tried again later; what can never succeed ends the
// run: then is_done with a result. is_dry: writes nothing.
struct cas_task {
    const char *name;
    bool (*check)(const Quoin__V1__Schedule *said, struct err *err);
    bool (*slice)(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Schedule *said,
                  struct cas_run *run, bool is_dry, bool *is_done, struct err *err);
};
const struct cas_task *cas_task_find(const char *name); // NULL: none
const char *cas_task_names(void);                       // for sentences

// ---- runs: schedule.c, schedule_db.c ------------------------------------------------------------

// Makes a run of a schedule. *made false: there is one of that due time.
bool cas_schedule_begin(struct cas *cas, struct arena *arena, const struct cas_schedule *schedule,
                        int64_t due_at, int64_t now, const char *how, bool *made,
                        struct err *err) CC_MUST_USE;

// Makes the run if there is none of that name and due time. *made false: there was.
bool cas_run_add(struct cas *cas, const struct cas_run *run, bool *made,
                 struct err *err) CC_MUST_USE;
bool cas_run_get(struct cas *cas, struct str name, int64_t due_at, struct arena *arena,
                 struct cas_run *run, bool *found, struct err *err) CC_MUST_USE;
// The due time of the newest run that was not asked for by hand, at or before an instant.
bool cas_run_last(struct cas *cas, struct str name, int64_t at, int64_t *due_at, bool *found,
                  struct err *err) CC_MUST_USE;
// The one under way that began first.
bool cas_run_open(struct cas *cas, struct arena *arena, struct cas_run *run, bool *found,
                  struct err *err) CC_MUST_USE;
// Keeps what a slice did, if nobody else did meanwhile (by the cursor and count it began with).
bool cas_run_keep(struct cas *cas, const struct cas_run *before, const struct cas_run *after,
                  bool *kept, struct err *err) CC_MUST_USE;
// Newest first, of a name (empty: of all), due before an instant.
bool cas_run_list(struct cas *cas, struct str name, int64_t before, size_t most,
                  struct arena *arena, struct cas_run *runs, size_t *count,
                  struct err *err) CC_MUST_USE;
bool cas_runs_open(struct cas *cas, struct err *err) CC_MUST_USE;
