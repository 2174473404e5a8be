// cli/shares: see shares.h.

#include "cli/shares.h"

#include "base/enc.h"
#include "cli/ask.h"
#include "cli/job.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/dre.pb-c.h"

#define SHARES_WHOLE 1000000
// An amount of 1 is 100000 units, a per cent 10000 parts.
#define SHARES_UNITS_A_PART 10

static bool share_parts(struct str text, const char *what, uint32_t *parts, struct err *err)
{
    struct money percent;
    if (!money_read(text, &percent) || percent.units <= 0 ||
        percent.units > (int64_t)SHARES_WHOLE * SHARES_UNITS_A_PART ||
        percent.units % SHARES_UNITS_A_PART != 0) {
        return err_set(err, ERR_INVALID,
                       "%s: \"%.*s\" is no per cent: above 0, to 100, at most four decimals", what,
                       (int)(text.len < 40 ? text.len : 40), text.ptr);
    }
    *parts = (uint32_t)(percent.units / SHARES_UNITS_A_PART);
    return true;
}

static bool shares_sum(Quoin__V1__Share **shares, size_t count, const char *what, struct err *err)
{
    uint32_t sum = 0;
    Quoin__V1__Share *rest = NULL;
    for (size_t i = 0; i < count; i++) {
        sum += shares[i]->parts;
        if (shares[i]->parts == 0 && rest != NULL) {
            return err_set(err, ERR_INVALID, "%s: only one account can get the rest", what);
        }
        rest = shares[i]->parts == 0 ? shares[i] : rest;
    }
    if (rest != NULL && sum < SHARES_WHOLE) {
        rest->parts = SHARES_WHOLE - sum;
        return true;
    }
    return (rest == NULL && sum == SHARES_WHOLE) ||
           err_set(err, ERR_INVALID, "%s: the per cents sum to 100", what);
}

bool cli_read_shares(struct cli *cli, const char *text, const char *what,
                     Quoin__V1__Share ***shares, size_t *count, struct err *err)
{
    Quoin__V1__Share **made = arena_new_array(&cli->arena, CLI_SHARES_MAX, sizeof(*made));
    size_t found = 0;
    for (const char *at = text; at != NULL;) {
        const char *comma = strchr(at, ',');
        struct str one = { at, comma == NULL ? strlen(at) : (size_t)(comma - at) };
        const char *equals = memchr(one.ptr, '=', one.len);
        struct str name = { one.ptr, equals == NULL ? one.len : (size_t)(equals - one.ptr) };
        if (found == CLI_SHARES_MAX || name.len == 0) {
            return err_set(err, ERR_INVALID, "%s: 1 to %d accounts, with commas between", what,
                           CLI_SHARES_MAX);
        }
        Quoin__V1__Share *share = arena_new(&cli->arena, sizeof(*share));
        quoin__v1__share__init(share);
        share->account = arena_text(&cli->arena, name);
        if (equals != NULL && !share_parts((struct str){ equals + 1, one.len - name.len - 1 }, what,
                                           &share->parts, err)) {
            return false;
        }
        made[found++] = share;
        at = comma == NULL ? NULL : comma + 1;
    }
    *shares = made;
    *count = found;
    return shares_sum(made, found, what, err);
}

const char *cli_shares(struct cli *cli, Quoin__V1__Share *const *shares, size_t count)
{
    OWN(buf_free) struct buf text = BUF_CAP(1 << 16);
    for (size_t i = 0; i < count; i++) {
        buf_addf(&text, "%s%s %s", i > 0 ? ", " : "", shares[i]->account,
                 cli_money(cli, shares[i]->amount));
    }
    const char *kept = arena_text(&cli->arena, buf_str(&text));
    return count == 0 || kept == NULL ? "-" : kept;
}

void cli_json_shares(struct json *json, const char *key, Quoin__V1__Share *const *shares,
                     size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_text_field(json, "account", shares[i]->account);
        json_int_field(json, "parts", shares[i]->parts);
        cli_json_money(json, "amount", shares[i]->amount);
        json_end(json);
    }
    json_end(json);
}

bool cli_read_charge(struct cli *cli, const char *text, ProtobufCBinaryData *reservation,
                     const struct Quoin__V1__JobDetail **detail, struct err *err)
{
    const Quoin__V1__JobDetail *job;
    uint8_t *bytes = arena_new(&cli->arena, 16);
    *detail = NULL;
    if (strlen(text) == 32 && enc_hex_read(str_of(text), bytes, 16)) {
        *reservation = (ProtobufCBinaryData){ 16, bytes };
        return true;
    }
    if (!cli_job_get(cli, text, &job, err)) {
        return false;
    }
    *detail = job;
    if (job->reservation == NULL || job->reservation->id.len != 16) {
        return err_set(err, ERR_NOT_FOUND, "nothing was set aside for job %s", text);
    }
    *reservation = job->reservation->id;
    return true;
}
