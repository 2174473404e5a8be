// place: what waits for one target, and when the target may be tried. Each target has a place of
// its own, so that one that is dead, slow or flooded keeps no other from being told. What is
// critical goes first, then warnings, then information; of the same, the oldest. Loop thread; no
// clock of its own.
#pragma once

#include "base/arena.h"
#include "dme/alerts_db.h"

enum {
    PLACE_WAITING_MAX = 1000,
    PLACE_SLOW_MS = 5000,        // a target that takes so long is tried as one that failed
    PLACE_HELD_MAX_MS = 300000,  // a target that does not answer is asked at least so often
    PLACE_TELL_EACH_MS = 60000,  // that something gave way, in the log
    PLACE_DAY_MS = 24 * 3600000, // older than that it is not tried again
};

struct place_entry { // a delivery that waits or is being sent
    struct place_entry *next;
    struct arena arena; // of the row's texts
    struct delivery_row row;
    bool sending;
    bool asked;   // by hand, a trial or once more: at once, whatever became of others
    bool unheard; // nobody answered its last try: it may go as soon as somebody does
};

struct place {
    struct place *next;                              // for who keeps them
    char *name;                                      // owned; the target's
    struct place_entry *first[ALERT_SEVERITY_COUNT]; // owned; each in the order of ids
    struct place_entry *last[ALERT_SEVERITY_COUNT];
    size_t waiting;     // those being sent, too
    unsigned flying;    // being sent
    unsigned failures;  // in a row
    int64_t held_until; // wall; no try before it, but one that somebody asked for
    bool is_suspect;    // it failed or was slow when it was tried last
    uint64_t turn;      // when it had its turn last: who counts turns sets it
    int64_t dropped;    // what gave way and is not in the log yet
    int64_t told_at;    // wall; when the log was told last
};

struct place *dme_place_new(const char *name);
void dme_place_free(struct place **place);

struct place_entry *dme_place_entry(const struct delivery_row *row); // NULL: too big
void dme_place_entry_free(struct place_entry *entry);

// The place owns it then. More than PLACE_WAITING_MAX: the least important oldest one gives way; it
// is returned, is in the place no more, and may be the one that was added. Else NULL.
struct place_entry *dme_place_add(struct place *place, struct place_entry *entry) CC_MUST_USE;
void dme_place_take(struct place *place, struct place_entry *entry); // the caller's then
struct place_entry *dme_place_find(struct place *place, int64_t id);
// What is to be sent to it next, now. NULL: nothing, or not now.
struct place_entry *dme_place_due(const struct place *place, int64_t now);

struct place_try { // how a try ended
    bool ok;
    bool answered; // somebody was there
    bool again;    // it may be tried again
    int64_t took_ms;
    const char *answer;
};
// Judges the entry, and the target by it.
void dme_place_tried(struct place *place, struct place_entry *entry, const struct place_try *was,
                     int64_t now);
void dme_place_forgive(struct place *place); // the target is another now: it may be tried at once
