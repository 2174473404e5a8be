// cli/cmd_voucher: vouchers: made, printed as a sheet, listed, checked, redeemed, voided.
// no unit test: needs running engines; tests/it/test_voucher.py asks by every command of a real
// site

#include "base/enc.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/rnd.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/things.h"
#include "cli/value.h"
#include "proto/price.pb-c.h"
#include "proto/voucher.pb-c.h"
#include "sheet/voucher.h"

#include <inttypes.h>
#include <unistd.h>

enum { VOUCHER_PAGE = 500, VOUCHER_COUNT_MOST = 5000, VOUCHER_CSV_MAX = 4 << 20 };

static const char *serial_text(struct cli *cli, int64_t batch, uint32_t serial)
{
    return arena_textf(&cli->arena, "%" PRId64 "-%04" PRIu32, batch, serial);
}

// ---- made --------------------------------------------------------------------------------------

static bool currency_of(struct cli *cli, const char **currency, struct err *err)
{
    struct cli_things things;
    *currency = "";
    if (!cli_things_now(cli, "site", &things, err)) {
        return false;
    }
    const struct cli_thing *money = cli_things_find(&things, "site", "money");
    Quoin__V1__SiteMoney *read =
        money == NULL ? NULL
                      : quoin__v1__site_money__unpack(NULL, money->body.len,
                                                      (const uint8_t *)money->body.ptr);
    if (read != NULL) {
        *currency = arena_text(&cli->arena, str_of(read->currency));
        quoin__v1__site_money__free_unpacked(read, NULL);
    }
    return true;
}

static bool write_sheet(struct cli *cli, const char *path, const Quoin__V1__VoucherBatch *batch,
                        struct err *err)
{
    struct sheet_voucher *list = arena_new_array(&cli->arena, batch->n_codes, sizeof(*list));
    const char *currency = "";
    if (!currency_of(cli, &currency, err)) {
        return false;
    }
    for (size_t i = 0; i < batch->n_codes; i++) {
        list[i] = (struct sheet_voucher){ batch->codes[i],
                                          serial_text(cli, batch->number, (uint32_t)i + 1) };
    }
    const char *title = cli_value(cli, "title");
    const struct sheet_batch sheet = {
        .title = title == NULL ? "Printing voucher" : title,
        .amount = arena_textf(&cli->arena, "%s%s%s", cli_money(cli, batch->amount),
                              currency[0] == '\0' ? "" : " ", currency),
        .note = batch->note,
        .valid = batch->expires_at == 0 ? ""
                                        : arena_textf(&cli->arena, "valid until %.10s",
                                                      cli_time(cli, batch->expires_at)),
        .how = "Good once, for the account of whoever redeems it.",
        .list = list,
        .count = batch->n_codes,
    };
    return sheet_voucher_write(path, &sheet, err);
}

static bool write_csv(struct cli *cli, const char *path, const Quoin__V1__VoucherBatch *batch,
                      struct err *err)
{
    OWN(buf_free) struct buf csv = BUF_CAP(VOUCHER_CSV_MAX);
    buf_add(&csv, STR("serial,code,amount\r\n"));
    for (size_t i = 0; i < batch->n_codes; i++) {
        buf_addf(&csv, "%s,%s,%s\r\n", serial_text(cli, batch->number, (uint32_t)i + 1),
                 batch->codes[i], cli_money(cli, batch->amount));
    }
    return fs_replace(path, buf_str(&csv), 0600, err);
}

static void made_show(struct cli *cli, const Quoin__V1__VoucherBatch *batch)
{
    const char *sheet = cli_value(cli, "sheet");
    const char *csv = cli_value(cli, "csv");
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_int_field(&json, "batch", batch->number);
        json_int_field(&json, "count", batch->count);
        cli_json_money(&json, "amount", batch->amount);
        cli_json_time(&json, "expires_at", batch->expires_at);
        json_text_field(&json, "note", batch->note);
        json_key(&json, "codes");
        json_array(&json);
        for (size_t i = 0; i < batch->n_codes; i++) {
            json_str(&json, str_of(batch->codes[i]));
        }
        json_end(&json);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    buf_addf(&cli->out, "Batch %" PRId64 ": %u vouchers of %s.\n", batch->number, batch->count,
             cli_money_whole(cli, batch->amount));
    if (sheet == NULL && csv == NULL) {
        for (size_t i = 0; i < batch->n_codes; i++) {
            buf_addf(&cli->out, "%s  %s\n", serial_text(cli, batch->number, (uint32_t)i + 1),
                     batch->codes[i]);
        }
    }
    buf_addf(&cli->out, "The codes are not kept and cannot be shown again%s%s%s%s.\n",
             sheet == NULL && csv == NULL ? "" : ": keep ", sheet == NULL ? "" : sheet,
             sheet != NULL && csv != NULL ? " and " : "", csv == NULL ? "" : csv);
}

// A file that cannot be written is told before there are codes to lose.
static bool may_write(const char *path, struct err *err)
{
    return path == NULL || fs_replace(path, STR(""), 0600, err);
}

bool cli_voucher_make(struct cli *cli, struct err *err)
{
    Quoin__V1__MakeVouchersRequest request = QUOIN__V1__MAKE_VOUCHERS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *note = cli_value(cli, "note");
    const char *expires = cli_value(cli, "expires");
    const char *sheet = cli_value(cli, "sheet");
    const char *csv = cli_value(cli, "csv");
    uint8_t secret[16];
    uint64_t count = 0;
    if (!cli_number_of(cli, "count", VOUCHER_COUNT_MOST, 1, &count, err) ||
        !cli_read_money(cli->arguments[0], "AMOUNT", &request.amount, err) ||
        (expires != NULL && !cli_read_time(expires, "--expires", &request.expires_at, err)) ||
        !may_write(sheet, err) || !may_write(csv, err)) {
        return false;
    }
    rnd_bytes(secret, sizeof(secret));
    request.key = cli_key(cli);
    request.secret = (ProtobufCBinaryData){ sizeof(secret), secret };
    request.count = (uint32_t)count;
    request.note = cli_field(note == NULL ? "" : note);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Vouchers/MakeVouchers", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__VoucherBatch *batch = (const Quoin__V1__VoucherBatch *)(const void *)reply;
    if ((sheet != NULL && !write_sheet(cli, sheet, batch, err)) ||
        (csv != NULL && !write_csv(cli, csv, batch, err))) {
        return err_in(err, "batch %" PRId64 " was made, but", batch->number);
    }
    made_show(cli, batch);
    return true;
}

// ---- told --------------------------------------------------------------------------------------

static void batch_row(struct cli *cli, struct cli_table *table, struct json *json,
                      const Quoin__V1__VoucherBatch *batch)
{
    if (cli->json) {
        json_object(json);
        json_int_field(json, "batch", batch->number);
        cli_json_money(json, "amount", batch->amount);
        json_int_field(json, "count", batch->count);
        json_int_field(json, "fresh", batch->fresh);
        json_int_field(json, "used", batch->used);
        json_int_field(json, "void", batch->voided);
        cli_json_time(json, "expires_at", batch->expires_at);
        json_text_field(json, "note", batch->note);
        cli_json_time(json, "made_at", batch->made_at);
        json_text_field(json, "made_by", batch->made_by);
        json_end(json);
        return;
    }
    cli_table_row(
        table, (const char *const[]){ cli_number(cli, batch->number), cli_money(cli, batch->amount),
                                      cli_number(cli, batch->count), cli_number(cli, batch->fresh),
                                      cli_number(cli, batch->used), cli_number(cli, batch->voided),
                                      cli_time(cli, batch->expires_at), batch->note });
}

static bool list_batches(struct cli *cli, struct json *json, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "BATCH", .right = true },
        { .title = "AMOUNT", .right = true },
        { .title = "COUNT", .right = true },
        { .title = "FRESH", .right = true },
        { .title = "USED", .right = true },
        { .title = "VOID", .right = true },
        { .title = "EXPIRES" },
        { .title = "NOTE", .gives = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    const Quoin__V1__ListVoucherBatchesReply *page = NULL;
    int64_t before = 0;
    do {
        Quoin__V1__ListVoucherBatchesRequest request =
            QUOIN__V1__LIST_VOUCHER_BATCHES_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.before = before;
        request.limit = VOUCHER_PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Vouchers/ListVoucherBatches", &request.base,
                     &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListVoucherBatchesReply *)(const void *)reply;
        for (size_t i = 0; i < page->n_batches; i++) {
            before = page->batches[i]->number;
            batch_row(cli, &table, json, page->batches[i]);
        }
    } while (page->more && page->n_batches > 0);
    if (!cli->json) {
        cli_table_print(&table, "There are no vouchers yet: quoin voucher make AMOUNT --count N");
    }
    return true;
}

static void voucher_json(struct json *json, const Quoin__V1__Voucher *voucher)
{
    json_object(json);
    json_int_field(json, "batch", voucher->batch);
    json_int_field(json, "serial", voucher->serial);
    cli_json_money(json, "amount", voucher->amount);
    json_text_field(json, "state", voucher->state);
    cli_json_time(json, "expires_at", voucher->expires_at);
    cli_json_time(json, "used_at", voucher->used_at);
    json_text_field(json, "used_by", voucher->used_by);
    json_int_field(json, "entry", voucher->entry);
    json_end(json);
}

static bool list_vouchers(struct cli *cli, int64_t batch, struct json *json, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "SERIAL" },
        { .title = "AMOUNT", .right = true },
        { .title = "STATE" },
        { .title = "USED AT" },
        { .title = "USED BY", .gives = true },
        { .title = "ENTRY", .right = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    const Quoin__V1__ListVouchersReply *page = NULL;
    uint32_t after = 0;
    do {
        Quoin__V1__ListVouchersRequest request = QUOIN__V1__LIST_VOUCHERS_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.batch = batch;
        request.after = after;
        request.limit = VOUCHER_PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Vouchers/ListVouchers", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListVouchersReply *)(const void *)reply;
        for (size_t i = 0; i < page->n_vouchers; i++) {
            const Quoin__V1__Voucher *voucher = page->vouchers[i];
            after = voucher->serial;
            if (cli->json) {
                voucher_json(json, voucher);
                continue;
            }
            cli_table_row(&table, (const char *const[]){
                                      serial_text(cli, voucher->batch, voucher->serial),
                                      cli_money(cli, voucher->amount), voucher->state,
                                      cli_time(cli, voucher->used_at), voucher->used_by,
                                      voucher->entry == 0 ? "" : cli_number(cli, voucher->entry) });
        }
    } while (page->more && page->n_vouchers > 0);
    if (!cli->json) {
        cli_table_print(&table, "");
    }
    return true;
}

bool cli_voucher_list(struct cli *cli, struct err *err)
{
    struct json json = json_to(&cli->out);
    uint64_t batch = 0;
    if (cli->argument_count == 1 &&
        !cli_read_number(cli->arguments[0], "BATCH", INT64_MAX, &batch, err)) {
        return false;
    }
    if (cli->json) {
        json_array(&json);
    }
    if (cli->argument_count == 1 ? !list_vouchers(cli, (int64_t)batch, &json, err)
                                 : !list_batches(cli, &json, err)) {
        return false;
    }
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    }
    return true;
}

// A code is money: it need not stand in a shell's history.
static bool read_code(struct cli *cli, const char *said, const char **code, struct err *err)
{
    char line[128];
    size_t len = 0;
    *code = said;
    if (strcmp(said, "-") != 0) {
        return true;
    }
    while (len < sizeof(line) - 1 && read(STDIN_FILENO, line + len, 1) == 1 && line[len] != '\n') {
        len++;
    }
    *code = arena_text(&cli->arena, (struct str){ line, len });
    return len > 0 || err_set(err, ERR_INVALID, "standard input has no code");
}

static void voucher_show(struct cli *cli, const Quoin__V1__Voucher *voucher)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        voucher_json(&json, voucher);
        buf_addf(&cli->out, "\n");
        return;
    }
    buf_addf(&cli->out, "Voucher %s of %s is %s", serial_text(cli, voucher->batch, voucher->serial),
             cli_money_whole(cli, voucher->amount), voucher->state);
    if (voucher->used_at != 0) {
        buf_addf(&cli->out, " (%s by %s, entry %" PRId64 ")", cli_time(cli, voucher->used_at),
                 voucher->used_by, voucher->entry);
    } else if (voucher->expires_at != 0) {
        buf_addf(&cli->out, " (until %s)", cli_time(cli, voucher->expires_at));
    }
    buf_addf(&cli->out, ".\n");
}

bool cli_voucher_check(struct cli *cli, struct err *err)
{
    Quoin__V1__CheckVoucherRequest request = QUOIN__V1__CHECK_VOUCHER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *code;
    if (!read_code(cli, cli->arguments[0], &code, err)) {
        return false;
    }
    request.code = cli_field(code);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Vouchers/CheckVoucher", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Voucher *voucher = (const Quoin__V1__Voucher *)(const void *)reply;
    cli->exit = strcmp(voucher->state, "fresh") == 0 ? CLI_EXIT_OK : CLI_EXIT_FINDING;
    voucher_show(cli, voucher);
    return true;
}

// ---- redeemed and voided -----------------------------------------------------------------------

bool cli_voucher_redeem(struct cli *cli, struct err *err)
{
    Quoin__V1__RedeemVoucherRequest request = QUOIN__V1__REDEEM_VOUCHER_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *code;
    if (!read_code(cli, cli->arguments[0], &code, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.code = cli_field(code);
    request.name = cli->arguments[1];
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Vouchers/RedeemVoucher", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__Voucher *voucher = (const Quoin__V1__Voucher *)(const void *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_int_field(&json, "batch", voucher->batch);
        json_int_field(&json, "serial", voucher->serial);
        cli_json_money(&json, "amount", voucher->amount);
        json_text_field(&json, "user", voucher->used_by);
        cli_json_money(&json, "balance", voucher->balance);
        json_int_field(&json, "entry", voucher->entry);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    buf_addf(&cli->out, "%s has %s more, and %s now.\n", voucher->used_by,
             cli_money_whole(cli, voucher->amount), cli_money_whole(cli, voucher->balance));
    return true;
}

// "12" or "12-7".
static bool read_serial(const char *text, int64_t *batch, uint32_t *serial, struct err *err)
{
    const char *dash = strchr(text, '-');
    size_t len = dash == NULL ? strlen(text) : (size_t)(dash - text);
    uint64_t first = 0;
    uint64_t second = 0;
    bool good = num_u64((struct str){ text, len }, INT64_MAX, &first) && first > 0 &&
                (dash == NULL || (num_u64(str_of(dash + 1), UINT32_MAX, &second) && second > 0));
    *batch = (int64_t)first;
    *serial = (uint32_t)second;
    return good ||
           err_set(err, ERR_INVALID, "\"%.40s\" is no batch or serial number: 12, 12-0007", text);
}

bool cli_voucher_void(struct cli *cli, struct err *err)
{
    Quoin__V1__VoidVouchersRequest request = QUOIN__V1__VOID_VOUCHERS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    if (!read_serial(cli->arguments[0], &request.batch, &request.serial, err)) {
        return false;
    }
    request.key = cli_key(cli);
    request.dry_run = cli_value(cli, "dry-run") != NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Vouchers/VoidVouchers", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__VoidVouchersReply *gone =
        (const Quoin__V1__VoidVouchersReply *)(const void *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_int_field(&json, "count", gone->count);
        cli_json_money(&json, "amount", gone->amount);
        json_bool_field(&json, "dry_run", request.dry_run);
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return true;
    }
    if (gone->count == 0) {
        buf_addf(&cli->out, "Nothing to do: none of them is fresh.\n");
        return true;
    }
    buf_addf(&cli->out, "%u vouchers worth %s %s.%s\n", gone->count,
             cli_money_whole(cli, gone->amount), request.dry_run ? "would be void" : "are void",
             request.dry_run ? " Nothing was done." : "");
    return true;
}
