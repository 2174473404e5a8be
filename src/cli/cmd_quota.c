// cli/cmd_quota: what may be used in a period, and what of it is.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/scope.h"
#include "cli/value.h"
#include "proto/quota.pb-c.h"

enum { PAGE = 500, PARTS_OF_PER_CENT = 10000, WARNS = 8 };

// --- shown --------------------------------------------------------------------------------------

static const char *amount_text(struct cli *cli, const char *unit, int64_t amount)
{
    if (strcmp(unit, "money") == 0) {
        return cli_money(cli, amount);
    }
    if (strcmp(unit, "area") == 0) {
        return arena_textf(&cli->arena, "%lld.%04lld m2", (long long)(amount / 1000000),
                           (long long)(amount % 1000000 / 100));
    }
    return cli_number(cli, amount);
}

// "10 pages", "5.00 EUR", "5.00 money" where the site has not said which.
static const char *amount_whole(struct cli *cli, const char *unit, int64_t amount)
{
    const char *number = amount_text(cli, unit, amount);
    const char *whole = strcmp(unit, "money") == 0 ? cli_money_whole(cli, amount) : number;
    return strcmp(whole, number) == 0 ? arena_textf(&cli->arena, "%s %s", number, unit) : whole;
}

static const char *unit_title(struct cli *cli, const char *unit)
{
    return strcmp(unit, "money") == 0 ? cli_sum_title(cli, unit) : unit;
}

static void amount_json(struct json *json, const char *key, const char *unit, int64_t amount)
{
    if (strcmp(unit, "money") == 0) {
        cli_json_money(json, key, amount);
    } else {
        json_int_field(json, key, amount);
    }
}

static struct cli_scope scope_of(const Quoin__V1__Quota *quota)
{
    return (struct cli_scope){
        { quota->users, quota->groups, quota->departments, quota->queues, quota->printers,
          quota->kinds },
        { quota->n_users, quota->n_groups, quota->n_departments, quota->n_queues, quota->n_printers,
          quota->n_kinds },
    };
}

static struct cli_scope exempt_of(const Quoin__V1__Quota *quota)
{
    return (struct cli_scope){
        { quota->exempt_users, quota->exempt_groups, quota->exempt_departments },
        { quota->n_exempt_users, quota->n_exempt_groups, quota->n_exempt_departments },
    };
}

static const char *warn_text(struct cli *cli, const Quoin__V1__Quota *quota)
{
    OWN(buf_free) struct buf text = BUF_CAP(1000);
    for (size_t i = 0; i < quota->n_warn_at; i++) {
        buf_addf(&text, "%s%u", i == 0 ? "" : ",", quota->warn_at[i]);
    }
    return arena_text(&cli->arena, buf_str(&text));
}

static void quota_json(struct cli *cli, struct json *json, const Quoin__V1__Quota *quota)
{
    struct cli_scope scope = scope_of(quota);
    struct cli_scope exempt = exempt_of(quota);
    json_object(json);
    json_text_field(json, "name", quota->name);
    json_text_field(json, "counts", quota->unit);
    amount_json(json, "most", quota->unit, quota->most);
    json_text_field(json, "period", quota->period);
    json_text_field(json, "each", quota->each);
    json_text_field(json, "for", cli_scope_text(cli, &scope, ""));
    json_text_field(json, "except", cli_scope_text(cli, &exempt, ""));
    json_int_field(json, "carry_percent", quota->carry_parts / PARTS_OF_PER_CENT);
    amount_json(json, "carry_most", quota->unit, quota->carry_most);
    json_text_field(json, "warn", warn_text(cli, quota));
    json_bool_field(json, "suspended", quota->suspended != 0);
    json_text_field(json, "advice", quota->advice);
    cli_json_time(json, "since", quota->since);
    cli_json_warnings(json, quota->warnings, quota->n_warnings);
    json_end(json);
}

static void quota_lines(struct cli *cli, const Quoin__V1__Quota *quota)
{
    struct cli_scope scope = scope_of(quota);
    struct cli_scope exempt = exempt_of(quota);
    cli_line(cli, "Quota", "%s%s", quota->name, quota->suspended ? " (suspended)" : "");
    cli_line(cli, "Allows", "%s, period: %s", amount_whole(cli, quota->unit, quota->most),
             quota->period);
    cli_line(cli, "Counters", "%s",
             strcmp(quota->each, "all") == 0 ? "one for all together"
                                             : arena_textf(&cli->arena, "each %s", quota->each));
    cli_line(cli, "For", "%s", cli_scope_text(cli, &scope, "everyone and everything"));
    cli_line(cli, "Except", "%s", cli_scope_text(cli, &exempt, "nobody"));
    if (quota->carry_parts > 0) {
        cli_line(cli, "Carries over", "%u %% of what was left, at most %s",
                 quota->carry_parts / PARTS_OF_PER_CENT,
                 amount_whole(cli, quota->unit, quota->carry_most));
    }
    if (quota->n_warn_at > 0) {
        cli_line(cli, "Warns at", "%s %%", warn_text(cli, quota));
    }
    if (quota->advice[0] != '\0') {
        cli_line(cli, "Advice", "%s", quota->advice);
    }
}

static void quota_show(struct cli *cli, const Quoin__V1__Quota *quota)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        quota_json(cli, &json, quota);
        buf_addf(&cli->out, "\n");
    } else {
        quota_lines(cli, quota);
    }
}

// --- listed -------------------------------------------------------------------------------------

static bool list_page(struct cli *cli, const char *after, const Quoin__V1__ListQuotasReply **page,
                      struct err *err)
{
    Quoin__V1__ListQuotasRequest request = QUOIN__V1__LIST_QUOTAS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.after = cli_field(after);
    request.limit = PAGE;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Quotas/ListQuotas", &request.base, &reply, err)) {
        return false;
    }
    *page = (const Quoin__V1__ListQuotasReply *)reply;
    return true;
}

bool cli_quota_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "NAME" },   { .title = "ALLOWS", .right = true },
        { .title = "COUNTS" }, { .title = "PERIOD" },
        { .title = "EACH" },   { .title = "FOR", .gives = true },
        { .title = "STATE" },  { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const Quoin__V1__ListQuotasReply *page = NULL;
    const char *after = "";
    if (cli->json) {
        json_array(&json);
    }
    do {
        if (!list_page(cli, after, &page, err)) {
            return false;
        }
        for (size_t i = 0; i < page->n_quotas; i++) {
            const Quoin__V1__Quota *quota = page->quotas[i];
            struct cli_scope scope = scope_of(quota);
            if (cli->json) {
                quota_json(cli, &json, quota);
            } else {
                cli_table_row(&table, (const char *const[]){
                                          quota->name, amount_text(cli, quota->unit, quota->most),
                                          unit_title(cli, quota->unit), quota->period, quota->each,
                                          cli_scope_text(cli, &scope, "all"),
                                          quota->suspended ? "suspended" : "in force" });
            }
            after = quota->name;
        }
    } while (page->more && page->n_quotas > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "There are no quotas: quoin quota set NAME --counts color-pages "
                                "--most 10 --period month");
    }
    return true;
}

static bool find_quota(struct cli *cli, const char *name, Quoin__V1__Quota *quota, bool *found,
                       struct err *err)
{
    const Quoin__V1__ListQuotasReply *page = NULL;
    const char *after = "";
    *found = false;
    do {
        if (!list_page(cli, after, &page, err)) {
            return false;
        }
        for (size_t i = 0; i < page->n_quotas; i++) {
            if (strcmp(page->quotas[i]->name, name) == 0) {
                *quota = *page->quotas[i];
                *found = true;
                return true;
            }
            after = page->quotas[i]->name;
        }
    } while (page->more && page->n_quotas > 0);
    return true;
}

static bool need_quota(struct cli *cli, const char *name, Quoin__V1__Quota *quota, struct err *err)
{
    bool found;
    return find_quota(cli, name, quota, &found, err) &&
           (found || err_set(err, ERR_NOT_FOUND, "no quota \"%.64s\"; see quoin quota list", name));
}

bool cli_quota_show(struct cli *cli, struct err *err)
{
    Quoin__V1__Quota quota;
    if (!need_quota(cli, cli->arguments[0], &quota, err)) {
        return false;
    }
    quota_show(cli, &quota);
    return true;
}

// --- changed ------------------------------------------------------------------------------------

static bool amount_read(const struct cli *cli, const char *option, const char *unit,
                        int64_t *amount, struct err *err)
{
    const char *text = cli_value(cli, option);
    const char *what = option[0] == 'm' ? "--most" : "--carry-most";
    uint64_t number;
    if (text == NULL) {
        return true;
    }
    if (strcmp(unit, "money") == 0) {
        return cli_read_money(text, what, amount, err);
    }
    if (strcmp(unit, "area") == 0) { // a hundred thousandth of a square metre is 10 mm2
        int64_t units;
        if (!cli_read_money(text, what, &units, err)) {
            return false;
        }
        *amount = units > INT64_MAX / 10 ? INT64_MAX : units * 10;
        return true;
    }
    if (!cli_read_number(text, what, INT64_MAX, &number, err)) {
        return false;
    }
    *amount = (int64_t)number;
    return true;
}

static bool warn_read(struct cli *cli, Quoin__V1__Quota *quota, struct err *err)
{
    const char *text = cli_value(cli, "warn");
    if (text == NULL) {
        return true;
    }
    quota->warn_at = arena_new_array(&cli->arena, WARNS, sizeof(*quota->warn_at));
    quota->n_warn_at = 0;
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, ",");
        uint64_t level;
        if (quota->n_warn_at == WARNS) {
            return err_set(err, ERR_INVALID, "--warn: at most %d levels", WARNS);
        }
        if (!cli_read_number(arena_text(&cli->arena, (struct str){ at, len }), "--warn", 100,
                             &level, err)) {
            return false;
        }
        quota->warn_at[quota->n_warn_at++] = (uint32_t)level;
        at += len + (at[len] == ',' ? 1 : 0);
    }
    return true;
}

static bool scopes_read(struct cli *cli, Quoin__V1__Quota *quota, struct err *err)
{
    struct cli_scope scope = scope_of(quota);
    struct cli_scope exempt = exempt_of(quota);
    const char *text = cli_value(cli, "for");
    const char *except = cli_value(cli, "except");
    if ((text != NULL && !cli_scope_read(cli, text, "--for", CLI_SCOPE_COUNT, &scope, err)) ||
        (except != NULL &&
         !cli_scope_read(cli, except, "--except", CLI_SCOPE_QUEUE, &exempt, err))) {
        return false;
    }
    quota->users = scope.names[CLI_SCOPE_USER];
    quota->n_users = scope.count[CLI_SCOPE_USER];
    quota->groups = scope.names[CLI_SCOPE_GROUP];
    quota->n_groups = scope.count[CLI_SCOPE_GROUP];
    quota->departments = scope.names[CLI_SCOPE_DEPARTMENT];
    quota->n_departments = scope.count[CLI_SCOPE_DEPARTMENT];
    quota->queues = scope.names[CLI_SCOPE_QUEUE];
    quota->n_queues = scope.count[CLI_SCOPE_QUEUE];
    quota->printers = scope.names[CLI_SCOPE_PRINTER];
    quota->n_printers = scope.count[CLI_SCOPE_PRINTER];
    quota->kinds = scope.names[CLI_SCOPE_KIND];
    quota->n_kinds = scope.count[CLI_SCOPE_KIND];
    quota->exempt_users = exempt.names[CLI_SCOPE_USER];
    quota->n_exempt_users = exempt.count[CLI_SCOPE_USER];
    quota->exempt_groups = exempt.names[CLI_SCOPE_GROUP];
    quota->n_exempt_groups = exempt.count[CLI_SCOPE_GROUP];
    quota->exempt_departments = exempt.names[CLI_SCOPE_DEPARTMENT];
    quota->n_exempt_departments = exempt.count[CLI_SCOPE_DEPARTMENT];
    return true;
}

static char *word_of(const struct cli *cli, const char *option, char *otherwise)
{
    const char *text = cli_value(cli, option);
    return text == NULL ? otherwise : cli_field(text);
}

static bool set_quota(struct cli *cli, Quoin__V1__Quota *quota, struct err *err)
{
    Quoin__V1__SetQuotaRequest request = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    request.key = cli_key(cli);
    request.quota = quota;
    request.why = cli_field(why == NULL ? "" : why);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Quotas/SetQuota", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Quota *made = (const Quoin__V1__Quota *)reply;
    quota_show(cli, made);
    cli_warn(made->warnings, made->n_warnings);
    return true;
}

bool cli_quota_set(struct cli *cli, struct err *err)
{
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    bool found;
    uint64_t carry;
    if (!find_quota(cli, cli->arguments[0], &quota, &found, err)) {
        return false;
    }
    if (!found) {
        quota.name = cli->arguments[0];
        quota.each = cli_field("user");
        quota.period = cli_field("month");
        if (cli_value(cli, "counts") == NULL || cli_value(cli, "most") == NULL) {
            return err_set(err, ERR_INVALID,
                           "a new quota says what it counts and how much of it is allowed: "
                           "--counts color-pages --most 10");
        }
    } else if (cli_value(cli, "counts") != NULL && cli_value(cli, "most") == NULL &&
               strcmp(cli_value(cli, "counts"), quota.unit) != 0) {
        return err_set(err, ERR_INVALID, "what counts something else needs its own --most");
    }
    quota.unit = word_of(cli, "counts", quota.unit);
    quota.each = word_of(cli, "each", quota.each);
    quota.period = word_of(cli, "period", quota.period);
    quota.advice = word_of(cli, "advice", quota.advice);
    if (!cli_number_of(cli, "carry", 100, quota.carry_parts / PARTS_OF_PER_CENT, &carry, err) ||
        !amount_read(cli, "most", quota.unit, &quota.most, err) ||
        !amount_read(cli, "carry-most", quota.unit, &quota.carry_most, err) ||
        !warn_read(cli, &quota, err) || !scopes_read(cli, &quota, err)) {
        return false;
    }
    quota.carry_parts = (uint32_t)carry * PARTS_OF_PER_CENT;
    if (cli_value(cli, "dry-run") != NULL) {
        cli_say(cli, CLI_BOLD, cli->json ? "" : "Would become (nothing was done):\n");
        quota_show(cli, &quota);
        return true;
    }
    return set_quota(cli, &quota, err);
}

static bool suspend(struct cli *cli, bool suspended, struct err *err)
{
    Quoin__V1__Quota quota;
    if (!need_quota(cli, cli->arguments[0], &quota, err)) {
        return false;
    }
    quota.suspended = suspended;
    return set_quota(cli, &quota, err);
}

bool cli_quota_suspend(struct cli *cli, struct err *err)
{
    return suspend(cli, true, err);
}

bool cli_quota_resume(struct cli *cli, struct err *err)
{
    return suspend(cli, false, err);
}

bool cli_quota_remove(struct cli *cli, struct err *err)
{
    Quoin__V1__RemoveQuotaRequest request = QUOIN__V1__REMOVE_QUOTA_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    Quoin__V1__Quota quota;
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    if (!need_quota(cli, cli->arguments[0], &quota, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    if (!is_dry &&
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Quotas/RemoveQuota", &request.base, &reply, err)) {
        return false;
    }
    if (cli->json) {
        quota_show(cli, &quota);
    } else {
        buf_addf(&cli->out,
                 is_dry ? "Would remove quota %s (nothing was done).\n"
                        : "Quota %s is removed. What was used of it is kept, should it "
                          "come back.\n",
                 quota.name);
    }
    return true;
}

// --- used ---------------------------------------------------------------------------------------

static bool subject_of(struct cli *cli, const char **subject, struct err *err)
{
    static const char *const kinds[] = { "user", "group", "department", "printer", "queue" };
    *subject = "";
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *name = cli_value(cli, kinds[i]);
        if (name == NULL) {
            continue;
        }
        if ((*subject)[0] != '\0') {
            return err_set(err, ERR_INVALID,
                           "one of --user, --group, --department, --printer and "
                           "--queue is enough");
        }
        char *text = arena_textf(&cli->arena, "%s:%s", kinds[i], name);
        for (char *c = text; i < 3 && *c != '\0'; c++) { // names of people are folded everywhere
            *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
        }
        *subject = text;
    }
    return true;
}

static void use_json(struct json *json, const Quoin__V1__QuotaUse *use)
{
    json_object(json);
    json_text_field(json, "quota", use->quota);
    json_text_field(json, "subject", use->subject);
    json_text_field(json, "counts", use->unit);
    amount_json(json, "most", use->unit, use->most);
    amount_json(json, "carried", use->unit, use->carried);
    amount_json(json, "used", use->unit, use->used);
    amount_json(json, "reserved", use->unit, use->reserved);
    amount_json(json, "left", use->unit, use->left);
    json_text_field(json, "period", use->period);
    cli_json_time(json, "from", use->from > 0 ? use->from : 0);
    cli_json_time(json, "renews_at", use->until);
    json_text_field(json, "renews", use->renews);
    json_bool_field(json, "suspended", use->suspended != 0);
    json_end(json);
}

struct uses {
    struct cli_table table;
    struct json json;
    uint64_t left;
};

static void use_row(struct cli *cli, struct uses *uses, const Quoin__V1__QuotaUse *use)
{
    const char *most = amount_text(cli, use->unit, use->most);
    if (cli->json) {
        use_json(&uses->json, use);
        return;
    }
    if (use->carried > 0) {
        most = arena_textf(&cli->arena, "%s+%s", most, amount_text(cli, use->unit, use->carried));
    }
    cli_table_row(&uses->table,
                  (const char *const[]){ use->quota, use->subject, unit_title(cli, use->unit),
                                         amount_text(cli, use->unit, use->used),
                                         amount_text(cli, use->unit, use->reserved),
                                         amount_text(cli, use->unit, use->left), most,
                                         use->suspended           ? "suspended"
                                         : use->renews[0] != '\0' ? use->renews
                                                                  : "never" });
}

static bool use_pages(struct cli *cli, struct uses *uses, Quoin__V1__ListQuotaUseRequest *request,
                      struct err *err)
{
    const Quoin__V1__ListQuotaUseReply *page = NULL;
    do {
        const ProtobufCMessage *reply = NULL;
        request->limit = uses->left < PAGE ? (uint32_t)uses->left : PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Quotas/ListQuotaUse", &request->base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListQuotaUseReply *)reply;
        for (size_t i = 0; i < page->n_uses && uses->left > 0; i++, uses->left--) {
            use_row(cli, uses, page->uses[i]);
            request->after_quota = page->uses[i]->quota;
            request->after_subject = page->uses[i]->subject;
        }
    } while (page->more && page->n_uses > 0 && uses->left > 0);
    return true;
}

bool cli_quota_use(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "QUOTA", .gives = true },
        { .title = "WHO", .gives = true },
        { .title = "COUNTS" },
        { .title = "USED", .right = true },
        { .title = "RESERVED", .right = true },
        { .title = "LEFT", .right = true },
        { .title = "OF", .right = true },
        { .title = "RENEWS" },
        { .title = NULL },
    };
    Quoin__V1__ListQuotaUseRequest request = QUOIN__V1__LIST_QUOTA_USE_REQUEST__INIT;
    struct uses uses = { cli_table_of(cli, columns), json_to(&cli->out), 0 };
    const char *subject;
    if (!subject_of(cli, &subject, err) ||
        !cli_number_of(cli, "limit", UINT32_MAX, UINT64_MAX, &uses.left, err)) {
        return false;
    }
    request.quota = cli->argument_count > 0 ? cli->arguments[0] : cli_field("");
    request.subject = cli_field(subject);
    if (cli->json) {
        json_array(&uses.json);
    }
    if (!use_pages(cli, &uses, &request, err)) {
        return false;
    }
    if (cli->json) {
        json_end(&uses.json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&uses.table, "Nothing was used in this period.");
    }
    return true;
}

bool cli_quota_reset(struct cli *cli, struct err *err)
{
    Quoin__V1__ResetQuotaRequest request = QUOIN__V1__RESET_QUOTA_REQUEST__INIT;
    const Quoin__V1__ResetQuotaReply *done = NULL;
    Quoin__V1__Quota quota;
    const char *subject;
    bool is_dry = cli_value(cli, "dry-run") != NULL;
    int64_t count = 0;
    if (!subject_of(cli, &subject, err) || !need_quota(cli, cli->arguments[0], &quota, err)) {
        return false;
    }
    if ((subject[0] == '\0') == (cli_value(cli, "all") == NULL)) {
        return err_set(err, ERR_INVALID, "say whose: --user NAME, --group NAME …, or --all");
    }
    request.name = cli->arguments[0];
    request.subject = cli_field(subject);
    do {
        const ProtobufCMessage *reply = NULL;
        request.key = cli_key(cli);
        if (is_dry) {
            break;
        }
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Quotas/ResetQuota", &request.base, &reply, err)) {
            return false;
        }
        done = (const Quoin__V1__ResetQuotaReply *)reply;
        count += done->count;
        request.after = done->after;
        cli_progress(cli, "%lld counters ...", (long long)count);
    } while (done->more);
    cli_progress_end(cli);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "quota", quota.name);
        json_text_field(&json, "subject", subject);
        json_int_field(&json, "count", count);
        json_bool_field(&json, "dry_run", is_dry);
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else if (is_dry) {
        buf_addf(&cli->out, "Would put quota %s back to 0 for %s (nothing was done).\n", quota.name,
                 subject[0] == '\0' ? "all" : subject);
    } else {
        buf_addf(&cli->out, "Quota %s: %lld counters are back to 0.\n", quota.name,
                 (long long)count);
    }
    return true;
}
