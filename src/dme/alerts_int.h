// alerts_int: what alerts.c and alerts_rules.c share. Loop thread.
#pragma once

#include "base/map.h"
#include "dme/alerts.h"
#include "dme/allow.h"

struct alerts_own_rule {        // as it is kept
    char *name;                 // owned
    Quoin__V1__AlertRule *told; // owned
    struct alert_rule rule;
    enum alerts_when when;
    bool follows; // its alerts are as severe as what is said
};

// Something that holds now, or whose alert is open, by one rule.
struct instance {
    char *key; // owned: rule, about and keyword
    enum alerts_when when;
    int64_t id; // of the open alert; 0: none is
    struct alert_state state;
    int64_t due; // wall; 0: not before something happens
    enum alert_severity severity;
    char *rule; // these are owned
    char *about;
    char *keyword;
    char *text;
    char *acknowledged_by;
    char *assigned;
    char *note;
    uint64_t seen;            // the look that saw it
    struct instance *of_same; // the next one of the same about
    bool is_flood;            // that more is said than alerts are made of
};

// A device, a port, an engine: all that holds of it, and how much of it becomes alerts. What a
// device says in words of its own choice (faults, supplies) and what is seen of it from outside
// (away, in error) have an allowance each: no device can bury that it is away.
struct about {
    char *name;             // owned
    struct instance *first; // of a list
    size_t count;           // of that list
    size_t open;            // alerts
    struct dme_allow words;
    struct dme_allow sights;
    struct instance *flood; // NULL: it says no more than it may
    int64_t refused;        // of its flood
    int64_t refused_at;     // wall; the last one
};

struct alerts {
    struct net_loop *loop;
    struct store *store;
    struct deliver *deliver; // owned
    struct net_timer *tick;
    struct alerts_own_rule *rules; // owned
    size_t rule_count;
    const struct calendar_zone *zone;
    struct map instances; // owned struct instance
    struct map abouts;    // owned struct about
    int64_t sweep_at;     // monotonic
    size_t open;
    int64_t last_id;
    uint64_t look;
    int64_t forget_at; // monotonic
    void (*changed)(void *arg, const Quoin__V1__Alert *alert);
    void *changed_arg;
};

void dme_alerts_rules_take(struct alerts *alerts, const struct alerts_config *config);
void dme_alerts_rules_free(struct alerts *alerts);
const struct alerts_own_rule *dme_alerts_rule_find(const struct alerts *alerts, const char *name);
// Is the rule about this, and does it hold?
bool dme_alerts_rule_means(const struct alerts_own_rule *rule, const struct alerts_word *word);
bool dme_alerts_rule_holds(const struct alerts_own_rule *rule, const struct alerts_word *word);
void dme_alerts_text_set(char **text, const char *to); // at most ALERTS_TEXT_MAX, whole letters
