// alerts_db: alerts, what was sent of them, and the secrets of targets and devices. Runs on the
// store's thread. The only place of this subject where SQL stands.
#pragma once

#include "alert/alert.h"
#include "base/arena.h"
#include "dme/store.h"

enum {
    ALERTS_TEXT_MAX = 400,
    ALERTS_OPEN_MAX = 40000,    // things that hold or are open, of all devices
    ALERTS_ABOUT_OPEN_MAX = 32, // of one device, in its own words: faults and supplies
    ALERTS_ABOUT_HELD_MAX = 64, // with those that have not begun
    ALERTS_LIST_MAX = 1000,
    ALERTS_KEEP_DAYS = 400,
};

extern const struct store_part_kind dme_alerts_part;
struct alerts_db; // the statements; dme_store_part(store, STORE_ALERTS)

struct alert_row { // texts borrowed; in the arena where they are read
    int64_t id;
    struct str rule;
    struct str about;
    struct str keyword;
    struct str text;
    enum alert_severity severity;
    int64_t ended; // 0: it lasts
    struct alert_state state;
    int64_t times; // of one that ended
    int64_t began;
    struct str acknowledged_by;
    struct str assigned;
    struct str note;
};
// As it is now: a new one, or in the place of the one with this id.
bool dme_alerts_put(struct alerts_db *alerts, const struct alert_row *row,
                    struct err *err) CC_MUST_USE;

struct alerts_asked {
    bool open_only;
    struct str about; // empty: of everything
    int64_t before;   // ids below; 0: from the newest
};
bool dme_alerts_list(struct alerts_db *alerts, const struct alerts_asked *asked, size_t most,
                     struct arena *arena, struct alert_row *rows, size_t *count,
                     struct err *err) CC_MUST_USE;

// DROPPED: it gave way, for too much waited for its target.
enum delivery_state { DELIVERY_WAITS, DELIVERY_DONE, DELIVERY_GIVEN_UP, DELIVERY_DROPPED };
struct delivery_row {
    int64_t id;
    int64_t alert; // 0: a trial
    struct str target;
    int64_t at;
    int64_t tries;
    enum delivery_state state;
    struct str answer;
    int64_t next_try;
    struct str message_id;
    struct str subject;
    struct str body;
    enum alert_severity severity; // of its alert when it was made; a trial is critical
};
void dme_delivery_copy(struct arena *arena, const struct delivery_row *from,
                       struct delivery_row *to); // texts end in NUL; arena_ok says whether whole
bool dme_delivery_put(struct alerts_db *alerts, const struct delivery_row *row,
                      struct err *err) CC_MUST_USE;
struct deliveries_asked {
    int64_t id;        // 0: any
    int64_t alert;     // 0: any
    struct str target; // empty: any
    int64_t before;    // 0: from the newest
    bool waiting;      // only those
};
bool dme_delivery_list(struct alerts_db *alerts, const struct deliveries_asked *asked, size_t most,
                       struct arena *arena, struct delivery_row *rows, size_t *count,
                       struct err *err) CC_MUST_USE;

// The highest numbers that were given.
bool dme_alerts_highest(struct alerts_db *alerts, int64_t *alert, int64_t *delivery,
                        struct err *err) CC_MUST_USE;
// Forgets what ended before, with what was sent of it.
bool dme_alerts_forget(struct alerts_db *alerts, int64_t before, struct err *err) CC_MUST_USE;

// kind: "target", "device". An empty value takes it away.
bool dme_secret_put(struct alerts_db *alerts, struct str kind, struct str name, struct str field,
                    struct str value, struct err *err) CC_MUST_USE;
struct secret_row {
    struct str kind;
    struct str name;
    struct str field;
    struct str value;
};
// Of one kind.
bool dme_secret_list(struct alerts_db *alerts, struct str kind, size_t most, struct arena *arena,
                     struct secret_row *rows, size_t *count, struct err *err) CC_MUST_USE;
