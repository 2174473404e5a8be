// cli/cmd_policy_file: rule files before they go anywhere: checked, and asked about one job.
// no unit test: tests/it/test_policy.py runs the commands
#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/policy.h"

bool cli_rules_read(struct cli *cli, const char *path, struct cli_rules *rules, struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(POLICY_TEXT_MAX);
    const char *slash = strrchr(path, '/');
    *rules = (struct cli_rules){ .file = slash == NULL ? path : slash + 1 };
    if (!fs_read(path, &text, err)) {
        return false;
    }
    rules->text = arena_copy(&cli->arena, buf_str(&text));
    return true;
}

bool cli_rules_compile(struct cli *cli, struct cli_rules *rules, struct err *err)
{
    return policy_compile(rules->text, rules->file, &cli->arena, &rules->set, &rules->place, err);
}

// ---- check -------------------------------------------------------------------------------------

static void check_json(struct cli *cli, const struct cli_rules *rules, const char *const *errors,
                       size_t count)
{
    struct json json = json_to(&cli->out);
    json_object(&json);
    json_bool_field(&json, "good", count == 0);
    json_int_field(&json, "rules", (int64_t)rules->set.rule_count);
    json_int_field(&json, "examples", (int64_t)rules->set.example_count);
    json_key(&json, "errors");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_str(&json, str_of(errors[i]));
    }
    json_end(&json);
    json_end(&json);
    buf_addf(&cli->out, "\n");
}

static void check_text(struct cli *cli, const struct cli_rules *rules, const char *const *errors,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_addf(&cli->out, "%s\n", errors[i]);
    }
    if (rules->place.line != 0) {
        expr_place_show(&cli->out, rules->text, rules->place);
    }
    if (count == 0) {
        cli_say(cli, CLI_GOOD, "Good");
        buf_addf(&cli->out, ": %zu rules; all %zu examples come out.\n", rules->set.rule_count,
                 rules->set.example_count);
    }
}

bool cli_policy_check(struct cli *cli, struct err *err)
{
    struct cli_rules rules;
    struct err odd = { 0 };
    size_t count = 0;
    if (!cli_rules_read(cli, cli->arguments[0], &rules, err)) {
        return false;
    }
    const char **errors = arena_new_array(&cli->arena, POLICY_EXAMPLES_MAX + 1, sizeof(*errors));
    if (!cli_rules_compile(cli, &rules, &odd)) {
        errors[count++] = arena_text(&cli->arena, str_of(odd.text));
        rules.set = (struct policy_set){ 0 };
    }
    for (size_t i = 0; i < rules.set.example_count; i++) {
        if (!policy_example_run(&rules.set, &rules.set.examples[i], &odd)) {
            errors[count++] = arena_text(&cli->arena, str_of(odd.text));
        }
    }
    if (cli->json) {
        check_json(cli, &rules, errors, count);
    } else {
        check_text(cli, &rules, errors, count);
    }
    cli->exit = count == 0 ? CLI_EXIT_OK : CLI_EXIT_FINDING;
    return true;
}

// ---- test --------------------------------------------------------------------------------------

struct testing {
    struct cli *cli;
    struct json json;
};

static void test_values(struct testing *testing, const struct expr_trace *trace)
{
    struct cli *cli = testing->cli;
    for (size_t i = 0; i < trace->count; i++) {
        const struct expr_read *read = &trace->reads[i];
        OWN(buf_free) struct buf name = BUF_CAP(200);
        OWN(buf_free) struct buf value = BUF_CAP(2000);
        expr_read_name_add(&name, read);
        expr_value_add(&value, expr_field_type(read->field), read->value);
        if (cli->json) {
            json_key(&testing->json, buf_str(&name).ptr);
            json_str(&testing->json, buf_str(&value));
        } else {
            buf_addf(&cli->out, "%s%s=", i == 0 ? "        " : "  ", name.ptr);
            buf_add(&cli->out, buf_str(&value));
        }
    }
    if (!cli->json && trace->count > 0) {
        buf_addf(&cli->out, "\n");
    }
}

static void test_tried(void *arg, const struct policy_set *set, const struct policy_rule *rule,
                       bool met, const struct expr_trace *trace)
{
    struct testing *testing = arg;
    struct cli *cli = testing->cli;
    OWN(buf_free) struct buf source = BUF_CAP(1000);
    policy_source_add(&source, rule->source, 300);
    if (cli->json) {
        json_object(&testing->json);
        json_text_field(&testing->json, "rule",
                        arena_textf(&cli->arena, "%s:%u", set->file, rule->place.line));
        json_key(&testing->json, "source");
        json_str(&testing->json, buf_str(&source));
        json_bool_field(&testing->json, "met", met);
        json_key(&testing->json, "values");
        json_object(&testing->json);
        test_values(testing, trace);
        json_end(&testing->json);
        json_end(&testing->json);
        return;
    }
    cli_say(cli, met ? CLI_BOLD : CLI_FAINT, "%s %s:%u: ", met ? "met    " : "not met", set->file,
            rule->place.line);
    buf_add(&cli->out, buf_str(&source));
    buf_addf(&cli->out, "\n");
    test_values(testing, trace);
}

static const char *test_factor(struct cli *cli, int64_t parts)
{
    char text[MONEY_TEXT_MAX];
    return arena_textf(&cli->arena, "\xc3\x97%s",
                       money_text((struct money){ (parts + 5) / 10 }, text));
}

static void test_run_line(struct cli *cli, const char *name, struct str run)
{
    if (run.len > 0) {
        cli_line(cli, name, "%.*s", (int)run.len, run.ptr);
    }
}

static void test_outcome_text(struct cli *cli, const struct policy_outcome *outcome)
{
    buf_addf(&cli->out, "\n");
    cli_line(cli, "Verdict", "%s%s", policy_act_name(outcome->verdict),
             outcome->rule == NULL ? " (no rule decided)" : "");
    if (outcome->rule != NULL) {
        cli_line(cli, "Decided by", "%s:%u", outcome->set->file, outcome->rule->place.line);
    }
    test_run_line(cli, "Says", outcome->text);
    test_run_line(cli, "Routed to", outcome->route);
    test_run_line(cli, "Sides", outcome->sides);
    test_run_line(cli, "Colour", outcome->color);
    for (size_t i = 0; i < outcome->notice_count; i++) {
        test_run_line(cli, "Notice", outcome->notices[i]);
    }
    if (outcome->charge_parts != 0) {
        cli_line(cli, "Charge", "%s", test_factor(cli, outcome->charge_parts));
    }
}

static void test_run_json(struct json *json, const char *key, struct str run)
{
    json_key(json, key);
    if (run.len > 0) {
        json_str(json, run);
    } else {
        json_null(json);
    }
}

static void test_outcome_json(struct json *json, const struct policy_outcome *outcome)
{
    json_text_field(json, "verdict", policy_act_name(outcome->verdict));
    json_key(json, "line");
    if (outcome->rule == NULL) {
        json_null(json);
    } else {
        json_int(json, outcome->rule->place.line);
    }
    test_run_json(json, "text", outcome->text);
    test_run_json(json, "route", outcome->route);
    test_run_json(json, "sides", outcome->sides);
    test_run_json(json, "color", outcome->color);
    json_int_field(json, "charge_parts",
                   outcome->charge_parts == 0 ? POLICY_PARTS_ONE : outcome->charge_parts);
    json_key(json, "notices");
    json_array(json);
    for (size_t i = 0; i < outcome->notice_count; i++) {
        json_str(json, outcome->notices[i]);
    }
    json_end(json);
}

static bool test_sample(struct cli *cli, struct policy_sample *sample, struct expr_env *env,
                        struct err *err)
{
    policy_sample_start(sample, &cli->arena);
    for (int i = 1; i < cli->argument_count; i++) {
        if (!policy_sample_read(sample, str_of(cli->arguments[i]), err)) {
            return false;
        }
    }
    return policy_sample_end(sample, env, err);
}

bool cli_policy_test(struct cli *cli, struct err *err)
{
    struct cli_rules rules;
    struct policy_sample sample;
    struct policy_outcome outcome;
    struct expr_env env;
    struct testing testing = { cli, json_to(&cli->out) };
    if (!cli_rules_read(cli, cli->arguments[0], &rules, err) ||
        !cli_rules_compile(cli, &rules, err) || !test_sample(cli, &sample, &env, err)) {
        return false;
    }
    const struct policy_set *sets[] = { &rules.set };
    const struct policy_ask ask = { .sets = sets,
                                    .count = 1,
                                    .env = &env,
                                    .arena = &cli->arena,
                                    .tried = test_tried,
                                    .arg = &testing };
    if (cli->json) {
        json_object(&testing.json);
        json_key(&testing.json, "tried");
        json_array(&testing.json);
    }
    policy_decide(&ask, &outcome);
    if (cli->json) {
        json_end(&testing.json);
        test_outcome_json(&testing.json, &outcome);
        json_end(&testing.json);
        buf_addf(&cli->out, "\n");
    } else {
        test_outcome_text(cli, &outcome);
    }
    return true;
}
