// compile: reads a file of rules. The grammar stands in policy.h.

#include "policy/policy_int.h"

#include "base/num.h"
#include "expr/fold.h"

enum { COMPILE_DECIMALS = MONEY_DIGITS, COMPILE_WORD_MAX = 40 };

static const char *const compile_act_names[POLICY_ACT_COUNT] = {
    [POLICY_ALLOW] = "allow",     [POLICY_DENY] = "deny",      [POLICY_HOLD] = "hold",
    [POLICY_ASK] = "ask",         [POLICY_ROUTE] = "route to", [POLICY_SIDES] = "set sides",
    [POLICY_COLOR] = "set color", [POLICY_NOTIFY] = "notify",  [POLICY_CHARGE] = "charge",
};

const char *policy_act_name(enum policy_act act)
{
    return compile_act_names[act];
}

static bool compile_wants(struct expr_lex *lex, const char *what, struct err *err)
{
    int len = (int)(lex->now.run.len > COMPILE_WORD_MAX ? 1 : lex->now.run.len);
    return lex->now.kind == EXPR_TOKEN_END
               ? expr_lex_fail(lex, lex->now.place, err, "the file ends where %s is needed", what)
               : expr_lex_fail(lex, lex->now.place, err, "%s is needed here, not %.*s", what, len,
                               lex->now.run.ptr);
}

static bool compile_word(struct expr_lex *lex, const char *word, struct err *err)
{
    return expr_lex_is_word(lex, word) ? expr_lex_next(lex, err) : compile_wants(lex, word, err);
}

// ---- texts -------------------------------------------------------------------------------------

// Every { begins the name of a field that may be shown.
static bool compile_text_check(struct expr_lex *lex, struct str text, struct expr_place place,
                               uint64_t *reads, struct err *err)
{
    enum expr_field field;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '{') {
            continue;
        }
        const char *end = memchr(text.ptr + i, '}', text.len - i);
        struct str name = { text.ptr + i + 1, end == NULL ? 0 : (size_t)(end - text.ptr) - i - 1 };
        if (end == NULL || !expr_field_find(name, &field) || expr_field_has_window(field)) {
            const char *near = end == NULL ? NULL : expr_field_near(name);
            return expr_lex_fail(lex, place, err,
                                 "in a text, { } holds the name of a field, such as {%s}",
                                 near == NULL ? "pages" : near);
        }
        if (field == EXPR_FIELD_DOCUMENT || field == EXPR_FIELD_USER_NAME) {
            return expr_lex_fail(lex, place, err,
                                 "a text cannot show {%s}: it is never kept with a charge",
                                 expr_field_name(field));
        }
        *reads |= (uint64_t)1 << field;
        i += name.len + 1;
    }
    return true;
}

// reads NULL: the text of an example, which is as it comes out, or any.
static bool compile_text(struct expr_lex *lex, bool must, struct str *text, uint64_t *reads,
                         struct err *err)
{
    struct expr_token token = lex->now;
    if (token.kind != EXPR_TOKEN_TEXT) {
        return !must || reads == NULL || compile_wants(lex, "a text in quotes for the user", err);
    }
    *text = token.text;
    return (reads == NULL || compile_text_check(lex, token.text, token.place, reads, err)) &&
           expr_lex_next(lex, err);
}

struct str policy_text_fill(struct arena *arena, struct str text, struct expr_env *env)
{
    OWN(buf_free) struct buf filled = BUF_CAP(POLICY_SAID_MAX);
    enum expr_field field;
    for (size_t i = 0; i < text.len; i++) {
        const char *end = text.ptr[i] == '{' ? memchr(text.ptr + i, '}', text.len - i) : NULL;
        size_t len = end == NULL ? 0 : (size_t)(end - text.ptr) - i - 1;
        if (end != NULL && expr_field_find((struct str){ text.ptr + i + 1, len }, &field)) {
            expr_value_add(&filled, expr_field_type(field), expr_field_read(env, field, 0));
            i += len + 1;
        } else {
            buf_add(&filled, (struct str){ text.ptr + i, 1 });
        }
    }
    struct str copy = arena_copy(arena, buf_str(&filled));
    return arena_ok(arena) ? copy : STR("");
}

// ---- actions -----------------------------------------------------------------------------------

static bool compile_name(struct expr_lex *lex, struct str *name, struct err *err)
{
    struct expr_place place = lex->now.place;
    if (lex->now.kind == EXPR_TOKEN_END) {
        return compile_wants(lex, "a name", err);
    }
    if (lex->now.kind == EXPR_TOKEN_TEXT) {
        *name = lex->now.text;
        if (!expr_lex_next(lex, err)) {
            return false;
        }
    } else if (!expr_lex_bare(lex, name, err)) {
        return false;
    }
    return (name->len > 0 && name->len <= POLICY_NAME_MAX) ||
           expr_lex_fail(lex, place, err, "a name has 1 to %d bytes", POLICY_NAME_MAX);
}

static bool compile_setting(struct expr_lex *lex, struct policy_action *action, struct err *err)
{
    static const char *const sides[] = { "one-sided", "two-sided-long-edge",
                                         "two-sided-short-edge" };
    bool is_sides = expr_lex_is_word(lex, "sides");
    if (!is_sides && !expr_lex_is_word(lex, "color") && !expr_lex_is_word(lex, "colour")) {
        return compile_wants(lex, "sides=… or color=monochrome", err);
    }
    if (!expr_lex_next(lex, err)) {
        return false;
    }
    if (!expr_lex_is_sign(lex, "=")) {
        return compile_wants(lex, "=", err);
    }
    if (!expr_lex_next(lex, err)) {
        return false;
    }
    action->act = is_sides ? POLICY_SIDES : POLICY_COLOR;
    for (int i = 0; is_sides && i < 3; i++) {
        if (expr_lex_is_word(lex, sides[i])) {
            action->text = str_of(sides[i]);
            return expr_lex_next(lex, err);
        }
    }
    if (!is_sides && expr_lex_is_word(lex, "monochrome")) {
        action->text = STR("monochrome");
        return expr_lex_next(lex, err);
    }
    return compile_wants(
        lex, is_sides ? "one-sided, two-sided-long-edge or two-sided-short-edge" : "monochrome",
        err);
}

// "1.5" to 1500000, exactly.
static bool compile_parts(struct str text, int64_t *parts)
{
    const char *dot = memchr(text.ptr, '.', text.len);
    size_t whole_len = dot == NULL ? text.len : (size_t)(dot - text.ptr);
    size_t rest_len = dot == NULL ? 0 : text.len - whole_len - 1;
    uint64_t whole;
    uint64_t rest = 0;
    if (!num_u64((struct str){ text.ptr, whole_len }, 1000, &whole) ||
        (dot != NULL && (rest_len > COMPILE_DECIMALS ||
                         !num_u64((struct str){ dot + 1, rest_len }, 99999, &rest)))) {
        return false;
    }
    for (size_t i = rest_len; i < 6; i++) { // to millionths
        rest *= 10;
    }
    *parts = (int64_t)whole * POLICY_PARTS_ONE + (int64_t)rest;
    return *parts > 0 && *parts <= POLICY_PARTS_MAX;
}

static bool compile_charge(struct expr_lex *lex, struct policy_action *action, struct err *err)
{
    struct expr_place place = lex->now.place;
    struct str run;
    action->act = POLICY_CHARGE;
    if (expr_lex_is_sign(lex, "\xc3\x97") || expr_lex_is_sign(lex, "*")) {
        if (!expr_lex_next(lex, err)) {
            return false;
        }
    }
    if (lex->now.kind == EXPR_TOKEN_END || !expr_lex_bare(lex, &run, err)) {
        return lex->now.kind == EXPR_TOKEN_END ? compile_wants(lex, "a factor", err) : false;
    }
    if (run.len > 0 && (run.ptr[0] == 'x' || run.ptr[0] == 'X')) {
        run = (struct str){ run.ptr + 1, run.len - 1 };
    }
    return compile_parts(run, &action->parts) ||
           expr_lex_fail(lex, place, err,
                         "a factor is above 0 and at most 1000, with at most %d decimals: charge "
                         "×1.5",
                         COMPILE_DECIMALS);
}

static bool compile_action(struct expr_lex *lex, struct policy_action *action, uint64_t *reads,
                           struct err *err)
{
    static const char *const words[] = { "allow", "deny", "hold",   "ask",
                                         "route", "set",  "notify", "charge" };
    static const enum policy_act acts[] = {
        POLICY_ALLOW, POLICY_DENY,  POLICY_HOLD,   POLICY_ASK,
        POLICY_ROUTE, POLICY_SIDES, POLICY_NOTIFY, POLICY_CHARGE
    };
    size_t i = 0;
    while (i < sizeof(words) / sizeof(words[0]) && !expr_lex_is_word(lex, words[i])) {
        i++;
    }
    if (i == sizeof(words) / sizeof(words[0])) {
        return compile_wants(lex, "an action (allow, deny, hold, ask, route, set, notify, charge)",
                             err);
    }
    *action = (struct policy_action){ .act = acts[i], .text = STR("") };
    if (!expr_lex_next(lex, err)) {
        return false;
    }
    switch (acts[i]) {
    case POLICY_ALLOW: return true;
    case POLICY_DENY:
    case POLICY_NOTIFY: return compile_text(lex, true, &action->text, reads, err);
    case POLICY_HOLD: return compile_text(lex, false, &action->text, reads, err);
    case POLICY_ASK:
        return compile_word(lex, "billing-code", err) &&
               compile_text(lex, false, &action->text, reads, err);
    case POLICY_ROUTE: return compile_word(lex, "to", err) && compile_name(lex, &action->text, err);
    case POLICY_CHARGE: return compile_charge(lex, action, err);
    case POLICY_SIDES:
    case POLICY_COLOR:
    case POLICY_ACT_COUNT: break;
    }
    return compile_setting(lex, action, err);
}

bool policy_actions_parse(struct expr_lex *lex, struct policy_action *actions, size_t *count,
                          uint64_t *reads, struct err *err)
{
    bool ended = false;
    *count = 0;
    do {
        struct expr_place place = lex->now.place;
        if (*count > 0) {
            if (!expr_lex_next(lex, err)) {
                return false;
            }
            place = lex->now.place;
        }
        if (*count == POLICY_ACTIONS_MAX) {
            return expr_lex_fail(lex, place, err, "a rule has at most %d actions",
                                 POLICY_ACTIONS_MAX);
        }
        if (ended) {
            return expr_lex_fail(lex, place, err,
                                 "\"%s\" ends the rules; what follows it is never done",
                                 policy_act_name(actions[*count - 1].act));
        }
        if (!compile_action(lex, &actions[*count], reads, err)) {
            return false;
        }
        ended = policy_act_ends(actions[(*count)++].act);
    } while (expr_lex_is_sign(lex, ","));
    return true;
}

// ---- sources -----------------------------------------------------------------------------------

void policy_source_add(struct buf *buf, struct str source, size_t most)
{
    bool quoted = false;
    bool space = false;
    size_t added = 0;
    for (size_t i = 0; i < source.len && added < most; i++) {
        char c = source.ptr[i];
        if (!quoted && (c == '#' || c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
            const char *feed = c == '#' ? memchr(source.ptr + i, '\n', source.len - i) : NULL;
            i = c != '#' ? i : feed == NULL ? source.len : (size_t)(feed - source.ptr);
            space = true;
            continue;
        }
        size_t len = 1;
        if (quoted && c == '\\') {
            len = 2; // never past the end: the text was compiled
        }
        while (i + len < source.len && ((unsigned char)source.ptr[i + len] & 0xc0) == 0x80) {
            len++;
        }
        quoted = c == '"' ? !quoted : quoted;
        buf_addf(buf, "%s", space ? " " : "");
        buf_add(buf, (struct str){ source.ptr + i, len });
        added += len + (space ? 1 : 0);
        space = false;
        i += len - 1;
    }
    buf_addf(buf, "%s", added >= most ? "…" : "");
}

// ---- rules and examples ------------------------------------------------------------------------

struct compile {
    struct expr_lex lex;
    struct policy_set *set;
    struct policy_rule *rules;
    struct policy_example *examples;
};

static bool compile_rule(struct compile *compile, struct err *err)
{
    struct expr_lex *lex = &compile->lex;
    struct policy_set *set = compile->set;
    const char *start = lex->now.run.ptr;
    if (set->rule_count == POLICY_RULES_MAX) {
        return expr_lex_fail(lex, lex->now.place, err, "a set has at most %d rules",
                             POLICY_RULES_MAX);
    }
    struct policy_rule *rule = &compile->rules[set->rule_count];
    *rule = (struct policy_rule){ .place = lex->now.place, .label = STR("") };
    if (expr_lex_is_word(lex, "rule")) {
        if (!expr_lex_next(lex, err)) {
            return false;
        }
        if (lex->now.kind != EXPR_TOKEN_TEXT) {
            return compile_wants(lex, "the rule's name in quotes", err);
        }
        rule->label = lex->now.text;
        if (!expr_lex_next(lex, err)) {
            return false;
        }
    }
    if (!compile_word(lex, "when", err) || !expr_parse(lex, &rule->when, err)) {
        return false;
    }
    if (!expr_lex_is_word(lex, "then")) {
        return compile_wants(lex, "\"then\" (or an operator of the condition)", err);
    }
    if (!expr_lex_next(lex, err) ||
        !policy_actions_parse(lex, rule->actions, &rule->action_count, &set->reads, err)) {
        return false;
    }
    rule->source = (struct str){ start, (size_t)(lex->before_end - start) };
    set->reads |= rule->when.reads;
    set->rule_count++;
    return true;
}

// It is only checked here; running it reads it again.
static bool compile_example(struct compile *compile, struct err *err)
{
    struct expr_lex *lex = &compile->lex;
    struct policy_set *set = compile->set;
    struct policy_action actions[POLICY_ACTIONS_MAX];
    struct policy_sample sample;
    struct expr_env env;
    size_t count;
    if (set->example_count == POLICY_EXAMPLES_MAX) {
        return expr_lex_fail(lex, lex->now.place, err, "a set has at most %d examples",
                             POLICY_EXAMPLES_MAX);
    }
    struct policy_example *example = &compile->examples[set->example_count++];
    const char *start = lex->now.run.ptr;
    *example = (struct policy_example){ .place = lex->now.place };
    policy_sample_start(&sample, lex->arena);
    if (!expr_lex_next(lex, err)) {
        return false;
    }
    while (!expr_lex_is_sign(lex, "->")) {
        if (lex->now.kind != EXPR_TOKEN_WORD) {
            return compile_wants(lex, "field=value or ->", err);
        }
        if (!policy_sample_parse(&sample, lex, err)) {
            return false;
        }
    }
    struct err odd;
    if (!policy_sample_end(&sample, &env, &odd)) {
        return expr_lex_fail(lex, example->place, err, "%s", odd.text);
    }
    if (!expr_lex_next(lex, err) || !policy_actions_parse(lex, actions, &count, NULL, err)) {
        return false;
    }
    example->source = (struct str){ start, (size_t)(lex->before_end - start) };
    return true;
}

static bool compile_file(struct compile *compile, struct err *err)
{
    struct expr_lex *lex = &compile->lex;
    while (lex->now.kind != EXPR_TOKEN_END) {
        bool ok;
        if (expr_lex_is_word(lex, "rule") || expr_lex_is_word(lex, "when")) {
            ok = compile_rule(compile, err);
        } else if (expr_lex_is_word(lex, "expect")) {
            ok = compile_example(compile, err);
        } else {
            return compile_wants(lex, "when …, rule \"…\" when … or expect …", err);
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool policy_compile(struct str text, const char *file, struct arena *arena, struct policy_set *set,
                    struct expr_place *place, struct err *err)
{
    struct expr_source source = { .text = text, .name = file };
    struct compile compile = { .set = set };
    *set = (struct policy_set){ .file = file, .text = text };
    compile.rules = arena_new_array(arena, POLICY_RULES_MAX, sizeof(*compile.rules));
    compile.examples = arena_new_array(arena, POLICY_EXAMPLES_MAX, sizeof(*compile.examples));
    if (text.len > POLICY_TEXT_MAX || !arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "a rule set has at most %d bytes", POLICY_TEXT_MAX);
    }
    set->rules = compile.rules;
    set->examples = compile.examples;
    bool ok = expr_lex_start(&compile.lex, &source, arena, err) && compile_file(&compile, err);
    if (!ok && place != NULL) {
        *place = compile.lex.fault;
    }
    return ok;
}
