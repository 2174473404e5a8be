// What the files of policy share.
#pragma once

#include "policy/policy.h"

// The actions behind "then" or "->", and *reads with the fields that their texts name; NULL: of an
// example, whose texts are as they come out and may be left out.
bool policy_actions_parse(struct expr_lex *lex, struct policy_action *actions, size_t *count,
                          uint64_t *reads, struct err *err) CC_MUST_USE;

// A text with its {fields} filled in; empty where the arena is full.
struct str policy_text_fill(struct arena *arena, struct str text, struct expr_env *env);
