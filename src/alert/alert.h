// alert: when people are told that something is wrong, and when no more. Pure: the caller says what
// is so and what time it is, keeps the state, and sends what is due.
//
// One alert is one thing that lasts, however often it comes and goes meanwhile: it begins when it
// held for for_ms and ends when it was gone for clear_ms. In quiet hours only what is critical is
// told; what still lasts when they end is told then. Somebody who acknowledged it ends escalation
// and repetition, muting ends telling for a time.
#pragma once

#include "alert/hours.h"
#include <stdbool.h>
#include <stdint.h>

enum alert_severity { ALERT_INFORMATION, ALERT_WARNING, ALERT_CRITICAL, ALERT_SEVERITY_COUNT };
const char *alert_severity_name(enum alert_severity severity); // "information", …
bool alert_severity_read(struct str name, enum alert_severity *severity) CC_MUST_USE;

struct alert_rule { // times in ms
    enum alert_severity severity;
    int64_t for_ms;
    int64_t clear_ms;
    int64_t escalate_ms; // 0: never
    int64_t again_ms;    // 0: never
    struct alert_hours quiet;
};

// Zeroed: nothing was ever seen. Kept by the caller, also over restarts. Times are wall clock, ms.
struct alert_state {
    bool here; // it is so now, by the last word
    bool open; // begun and not ended
    bool told; // its begin was told
    bool escalated;
    int64_t since; // since when it is so, or is gone
    int64_t began;
    int64_t told_at;         // last
    int64_t acknowledged_at; // 0: nobody did
    int64_t muted_until;     // 0: not muted
    int64_t times;           // how often it came, of this alert
};

// A set of them is due. With both BEGIN and END: where state.open, the old alert ended and a new
// one began; else it began and ended with nobody looking.
enum alert_act {
    ALERT_BEGIN = 1 << 0,    // it is open now: write it down
    ALERT_TELL = 1 << 1,     // to its targets
    ALERT_ESCALATE = 1 << 2, // to the next ones
    ALERT_END = 1 << 3,      // it is over: write it down
    ALERT_TELL_END = 1 << 4, // to those who were told that it began
};

// It is so, or it is not: by what was seen right now.
unsigned alert_see(struct alert_state *state, const struct alert_rule *rule,
                   const struct calendar_zone *zone, bool here, int64_t now);
// Nothing was seen; time has passed. *next: when to call again at the latest; 0: not before
// something is seen or somebody acts.
unsigned alert_turn(struct alert_state *state, const struct alert_rule *rule,
                    const struct calendar_zone *zone, int64_t now, int64_t *next);
