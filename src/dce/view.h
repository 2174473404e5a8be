// view: which jobs a session may see and touch, what it is shown of them, and whether they can be
// printed here and now. No questions: what engines said in, what a person sees out. Loop thread.
#pragma once

#include "dce/dce_int.h"

// Whose eyes: copied from a session, as it may end while others are asked.
struct dce_seer {
    const Quoin__V1__Proof *proof; // NULL: by a release key
    const char *release_key;       // empty: by a person
    const char *device;            // empty: at none
    bool shows_titles;
};

// "own", "sent", "delegator", "unclaimed", "release-key"; NULL: it is none of theirs. The jobs that
// an engine lists for a release key have it.
const char *dce_whose(const struct dce_seer *seer, const Quoin__V1__Job *job);

// Of whose jobs a proof says something at a time (wall clock): a delegation ends by itself too.
// Those that ended are dropped from it; the names dropped stay the proof's maker's to free.
bool dce_is_delegator(const Quoin__V1__Proof *proof, const char *user, int64_t now);
void dce_proof_trim(Quoin__V1__Proof *proof, int64_t now);

// What may be done with it. "sent" ones are printed as copies and stay as they are.
// What is short, as the accounting server says it in a reason: "short;quota;NEED;HAVE;students".
enum { DCE_UNIT_MAX = 31 };
struct dce_short {
    const char *what;            // "account", "quota"
    const char *name;            // borrowed from the reason
    char unit[DCE_UNIT_MAX + 1]; // "money", "pages", "color-pages", "sheets", "area"
    int64_t need;                // money in 1/100,000
    int64_t have;
};
bool dce_short_read(const char *reason, struct dce_short *out);

enum dce_act { DCE_RELEASE, DCE_CHANGE, DCE_DELETE, DCE_SEND, DCE_CLAIM };
bool dce_may(const char *whose, enum dce_act act);

// Why it cannot be printed at that printer (empty: its own): a keyword, or "". is_final: only what
// makes a release senseless; money and approval may have come meanwhile, the printer be well again.
const char *dce_why_not(const struct dce_engine *engine, const char *printer,
                        const Quoin__V1__Job *job, const char *whose, bool is_final);

// The job is changed to what may be shown, and becomes out's.
void dce_held_fill(struct arena *arena, const struct dce_engine *engine,
                   const struct dce_seer *seer, const char *printer, Quoin__V1__Job *job,
                   Quoin__V1__HeldJob *out);

// Where a list goes on: for each engine the last job that was told. "host=12;other=7". False: not a
// cursor.
struct dce_cursor {
    const char *name;
    int64_t after;
};
bool dce_cursor_read(struct arena *arena, const char *text,
                     struct dce_cursor cursors[static DCE_ENGINES_MAX], size_t *count) CC_MUST_USE;
char *dce_cursor_write(struct arena *arena, const struct dce_cursor *cursors, size_t count);

// Several engines' lists, each oldest first, become one.
struct dce_part {
    const struct dce_engine *engine;
    Quoin__V1__Job **jobs;
    size_t count;
    size_t at;
};
struct dce_part *dce_oldest(struct dce_part *parts, size_t count); // NULL: all are at their end
