// policy: rule sets. A set is a file of rules, "when CONDITION then ACTION, ACTION", tried from the
// first on. allow, deny, hold and ask end it; the other actions are carried along. Conditions are
// those of room expr; examples inside the file say what must come out of it. Pure.
//
//   file    = { rule | example }
//   rule    = [ "rule" text ] "when" condition "then" action { "," action }
//   action  = "allow" | "deny" text | "hold" [ text ] | "ask" "billing-code" [ text ]
//           | "route" "to" name | "set" "sides" "=" sides | "set" "color" "=" "monochrome"
//           | "notify" text | "charge" [ "×" | "x" | "*" ] decimal
//   example = "expect" { field "=" value } "->" action { "," action }
//   sides   = "one-sided" | "two-sided-long-edge" | "two-sided-short-edge"
//   name    = text | a run of bytes without white space and commas
//
// A {field} in a text stands for that field's value: "{pages} pages cost {cost}".
#pragma once

#include "expr/expr.h"

enum {
    POLICY_TEXT_MAX = 256 << 10, // bytes of a file
    POLICY_RULES_MAX = 1000,
    POLICY_EXAMPLES_MAX = 2000,
    POLICY_ACTIONS_MAX = 8,     // of a rule
    POLICY_NOTICES_MAX = 8,     // of a decision; more are left out
    POLICY_STEPS_MAX = 64,      // of a decision that are kept
    POLICY_SAID_MAX = 500,      // bytes of a text once it is filled in; longer ones are cut
    POLICY_NAME_MAX = 127,      // of a printer or queue to route to
    POLICY_ARENA_MAX = 8 << 20, // what a compiled set may need
};

#define POLICY_PARTS_ONE ((int64_t)1000000)
// A price becomes at most a thousand times what it was, by all rules together.
#define POLICY_PARTS_MAX (1000 * POLICY_PARTS_ONE)

enum policy_act {
    POLICY_ALLOW,
    POLICY_DENY,
    POLICY_HOLD,
    POLICY_ASK,
    POLICY_ROUTE,
    POLICY_SIDES,
    POLICY_COLOR,
    POLICY_NOTIFY,
    POLICY_CHARGE,
    POLICY_ACT_COUNT
};
const char *policy_act_name(enum policy_act act); // "allow", "deny", "hold", "ask", "route to", …
static inline bool policy_act_ends(enum policy_act act)
{
    return act <= POLICY_ASK;
}

struct policy_action {
    enum policy_act act;
    struct str text; // as it stands in the file, {fields} and all; empty: none
    int64_t parts;   // of POLICY_CHARGE, over a million
};

struct policy_rule {
    struct expr_place place;
    struct str label;  // empty: none
    struct str source; // "when … then …" as it stands
    struct expr when;
    struct policy_action actions[POLICY_ACTIONS_MAX];
    size_t action_count;
};

struct policy_example {
    struct expr_place place;
    struct str source; // "expect … -> …" as it stands
};

// A compiled set. The text and the name are borrowed; all else lies in the arena.
struct policy_set {
    const char *file; // "students.rules"
    struct str text;
    const struct policy_rule *rules;
    size_t rule_count;
    const struct policy_example *examples;
    size_t example_count;
    uint64_t reads; // a bit for each enum expr_field, of conditions and texts
};

// ERR_INVALID says the place and what is wrong. place may be NULL; it is set with an error.
bool policy_compile(struct str text, const char *file, struct arena *arena, struct policy_set *set,
                    struct expr_place *place, struct err *err) CC_MUST_USE;

// A rule as one line: white space and comments become one space; cut to `most` bytes.
void policy_source_add(struct buf *buf, struct str source, size_t most);

// ---- deciding ----------------------------------------------------------------------------------

// A rule that was met, and what its condition read.
struct policy_step {
    const struct policy_set *set;
    const struct policy_rule *rule;
    const struct expr_read *reads;
    size_t read_count;
};

struct policy_outcome {
    enum policy_act verdict;      // POLICY_ALLOW where no rule says otherwise
    const struct policy_set *set; // of the rule; NULL: no rule decided
    const struct policy_rule *rule;
    struct str text;  // for the user; filled in; empty: none
    struct str route; // empty: as it was, as the next two
    struct str sides;
    struct str color;
    struct str notices[POLICY_NOTICES_MAX];
    size_t notice_count;
    int64_t charge_parts; // 0: as it was
    const struct policy_step *steps;
    size_t step_count;
};

// Must the job be dealt with before it is charged: denied, held, asked about, or changed?
bool policy_outcome_acts(const struct policy_outcome *outcome);

struct policy_ask {
    const struct policy_set *const *sets; // in their order; the first that ends, ends it
    size_t count;
    struct expr_env *env; // its trace is used here
    // Where texts and steps go. NULL: texts are empty, and no steps are kept. What does not fit
    // is left out.
    struct arena *arena;
    // Told of each rule that is tried, with what it read; may be NULL.
    void (*tried)(void *arg, const struct policy_set *set, const struct policy_rule *rule, bool met,
                  const struct expr_trace *trace);
    void *arg;
    int64_t *met; // how often each rule of the first set was met; may be NULL
};

// The first rule that routes, or sets sides or colour, wins; notices add up; charges multiply.
void policy_decide(const struct policy_ask *ask, struct policy_outcome *outcome);

// ---- samples and examples ----------------------------------------------------------------------

// A work made of what was said of it. What was not said is what one page of black print at noon on
// Monday, 2024-01-01 would have.
struct policy_sample {
    bool has[EXPR_FIELD_COUNT];
    union expr_value values[EXPR_FIELD_COUNT];
    struct work work;
    struct expr_local local;
    struct arena *arena; // borrowed: where lists go
};

void policy_sample_start(struct policy_sample *sample, struct arena *arena);
// A value at the token that is looked at.
bool policy_sample_parse(struct policy_sample *sample, struct expr_lex *lex,
                         struct err *err) CC_MUST_USE;
// "pages=120", "groups=students,staff": as people type it, without quotes.
bool policy_sample_read(struct policy_sample *sample, struct str pair, struct err *err) CC_MUST_USE;
// Makes the work. ERR_INVALID: what was said contradicts itself. env borrows sample.
bool policy_sample_end(struct policy_sample *sample, struct expr_env *env,
                       struct err *err) CC_MUST_USE;

// Runs one example. False: err says what should have come out and what did, and which rule did it.
bool policy_example_run(const struct policy_set *set, const struct policy_example *example,
                        struct err *err) CC_MUST_USE;
// All of them; *failed counts, err is the first one's.
bool policy_examples_run(const struct policy_set *set, size_t *failed, struct err *err) CC_MUST_USE;
