// What the files that put rows share: people, payers, groups.
#pragma once

#include "accounts/audit.h"
#include "accounts/edit.h"
#include "accounts/list.h"
#include "cas/cas_int.h"
#include "proto/accounts.pb-c.h"

enum { CAS_PUT_MOST = 1000 };

struct cas_put {
    const ProtobufCMessage *ask;
    size_t count;
    unsigned sets;
    enum accounts_put how;
    enum accounts_kind kind; // of payers
    struct accounts_by by;
    // One row. A refusal before anything was written (*wrote false) is the row's answer; any other
    // failure is the request's. The arena is the row's.
    bool (*row)(struct cas *cas, struct cas_turn *turn, const struct cas_put *put, size_t i,
                struct arena *arena, enum accounts_outcome *outcome, bool *wrote, struct err *err);
};

struct cas_put_field {
    const char *name;
    unsigned bit;
};

bool cas_put_how(const char *name, enum accounts_put *how, struct err *err) CC_MUST_USE;
bool cas_put_sets(char *const *set, size_t count, const struct cas_put_field *fields,
                  size_t field_count, unsigned *sets, struct err *err) CC_MUST_USE;
bool cas_put_rows(struct cas *cas, struct cas_turn *turn, const struct cas_put *put,
                  const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;

// Who got another name, or became one with another, and what of the configuration follows.
struct cas_followed {
    const char *kind; // "user", "department", "code", "shared": what is below the last three, too
    struct str from;
    struct str to;
    bool is_merge;   // `to` was there: what is said of it stays, where both have a rule
    size_t things;   // that named it
    int64_t change;  // that made them name the new one; 0: none
    char **policies; // whose text mentions the old name: that stays as it is
    size_t policy_count;
};
bool cas_config_follow(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData key,
                       struct cas_followed *told, bool is_dry, struct err *err) CC_MUST_USE;

CAS_CORE(cas_put_people);
CAS_CORE(cas_people_count);
CAS_CORE(cas_person_rename);
CAS_CORE(cas_person_alias);
CAS_CORE(cas_person_merge);
CAS_CORE(cas_put_payers);
CAS_CORE(cas_payer_get);
CAS_CORE(cas_payer_list);
CAS_CORE(cas_payer_move);
CAS_CORE(cas_put_groups);
CAS_CORE(cas_group_list);
CAS_CORE(cas_group_members);
CAS_CORE(cas_favourite_set);
CAS_CORE(cas_mine_list);
CAS_CORE(cas_change_list);
