// cli/cmd_ledger_export: the ledger's movements as bookkeeping takes them: a journal for hledger or
// ledger-cli, or comma-separated values. A stream: any length.
//
// Names and texts are free, and the journal's grammar is not: what would be read as something else
// is spelled %XX, by its bytes, as in a URL; so is '%' itself. An account's own ':' after the first
// one is, too, so that hierarchies are those of the site's kinds alone.
// no unit test: needs running engines; tests/it/test_ledger_export.py has hledger and ledger read
// it
#include "base/csv.h"
#include "base/enc.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/cas.pb-c.h"
#include "proto/price.pb-c.h"
#include <string.h>

enum { PAGE = 500, FLUSH = 65536 };

struct export
{
    struct cli *cli;
    bool is_csv;
    const char *account; // "": of all
    const char *commodity;
    int64_t since;
    int64_t until; // 0: no end
    int64_t after;
    int64_t count;
    bool is_over; // what follows is later
};

static bool is_moved(const Quoin__V1__Entry *entry)
{
    return entry->amount != 0 &&
           (strcmp(entry->kind, "post") == 0 || strcmp(entry->kind, "transfer") == 0);
}

// Bytes that begin a space, a mark or a line that is not one of ASCII: all of U+00A0, U+1680,
// U+2000-206F, U+3000 begin with one of these.
static bool is_odd(unsigned char c)
{
    return c == 0xc2 || c == 0xe1 || c == 0xe2 || c == 0xe3;
}

static void spell(struct buf *out, struct str text, const char *taboo)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool doubled = c == ' ' && (i + 1 == text.len || i == 0 || text.ptr[i - 1] == ' ');
        bool follows = (c & 0xc0) == 0x80 && i > 0 &&
                       (is_odd((unsigned char)text.ptr[i - 1]) ||
                        (i > 1 && (unsigned char)text.ptr[i - 2] >= 0xe0 &&
                         is_odd((unsigned char)text.ptr[i - 2])));
        if (c < 0x20 || c == 0x7f || c == '%' || doubled || follows || is_odd(c) ||
            strchr(taboo, c) != NULL) {
            const char three[3] = { '%', digits[c >> 4], digits[c & 15] };
            buf_add(out, (struct str){ three, 3 });
        } else {
            buf_add(out, (struct str){ text.ptr + i, 1 });
        }
    }
}

static void add_account(struct buf *out, const char *name)
{
    const char *colon = strchr(name, ':');
    size_t kind = colon == NULL ? strlen(name) : (size_t)(colon - name);
    spell(out, (struct str){ name, kind }, ";\"()[]{}*!=@|~&");
    if (colon != NULL) {
        buf_add(out, STR(":"));
        spell(out, str_of(colon + 1), ":;\"()[]{}=@|");
    }
}

// Two decimals or five: with three, programs would ask which mark it is.
static void add_amount(struct buf *out, int64_t units, const char *commodity)
{
    char text[MONEY_TEXT_MAX];
    const char *point = strchr(money_text((struct money){ units }, text), '.');
    size_t decimals = strlen(point + 1);
    buf_addf(out, "%s%.*s %s", text, decimals == 2 ? 0 : (int)(5 - decimals), "00000", commodity);
}

static void add_entry(struct export *export, const Quoin__V1__Entry *entry)
{
    static const char taboo[] = ":;[]|=\"(){}*!@#";
    struct buf *out = &export->cli->out;
    buf_addf(out, "%.10s (%lld) %s ", cli_time(export->cli, entry->at), (long long)entry->sequence,
             entry->kind);
    spell(out, str_of(entry->why), taboo);
    buf_add(out, STR("\n    ; by "));
    spell(out, str_of(entry->by), taboo);
    buf_add(out, STR("\n    ; reference "));
    if (entry->transfer.len > 0) {
        enc_hex_add(out, entry->transfer.data, entry->transfer.len);
    }
    buf_add(out, STR("\n    "));
    add_account(out, entry->credit);
    buf_add(out, STR("  "));
    add_amount(out, entry->amount, export->commodity);
    buf_add(out, STR("\n    "));
    add_account(out, entry->debit);
    buf_add(out, STR("  "));
    add_amount(out, -entry->amount, export->commodity);
    buf_add(out, STR("\n\n"));
}

static void add_row(struct export *export, const Quoin__V1__Entry *entry)
{
    OWN(buf_free) struct buf reference = BUF_CAP(256);
    struct buf *out = &export->cli->out;
    char amount[MONEY_TEXT_MAX];
    enc_hex_add(&reference, entry->transfer.data, entry->transfer.len);
    const char *const cells[] = { cli_number(export->cli, entry->sequence),
                                  cli_time(export->cli, entry->at),
                                  entry->kind,
                                  entry->debit,
                                  entry->credit,
                                  money_text((struct money){ entry->amount }, amount),
                                  export->commodity,
                                  entry->why,
                                  entry->by,
                                  buf_ok(&reference) && reference.len > 0 ? buf_str(&reference).ptr
                                                                          : "" };
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        csv_add(out, ',', i == 0, str_of(cells[i]));
    }
    csv_add_end(out);
}

static void export_page(struct export *export, const Quoin__V1__ListEntriesReply *page)
{
    for (size_t i = 0; i < page->n_entries && !export->is_over; i++) {
        const Quoin__V1__Entry *entry = page->entries[i];
        export->after = entry->sequence;
        export->is_over = export->until != 0 && entry->at >= export->until;
        if (!export->is_over && entry->at >= export->since && is_moved(entry)) {
            export->count++;
            if (export->is_csv) {
                add_row(export, entry);
            } else {
                add_entry(export, entry);
            }
        }
    }
}

// What a page took is given back: the ledger may have any length.
static bool export_next(struct export *export, bool *more, struct err *err)
{
    struct cli *cli = export->cli;
    Quoin__V1__ListEntriesRequest request = QUOIN__V1__LIST_ENTRIES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct arena kept = cli->arena;
    request.account = cli_field(export->account);
    request.after = export->after;
    request.limit = PAGE;
    cli->arena = ARENA_CAP(CLI_ARENA_BYTES_MAX);
    bool good =
        cli_ask(cli, ENGINE_CAS, "/quoin.v1.Ledger/ListEntries", &request.base, &reply, err);
    if (good) {
        const Quoin__V1__ListEntriesReply *page = (const Quoin__V1__ListEntriesReply *)reply;
        export_page(export, page);
        *more = page->more && page->n_entries > 0 && !export->is_over;
    }
    arena_free(&cli->arena);
    cli->arena = kept;
    cli_progress(cli, "entry %lld ...", (long long)export->after);
    return good && (cli->out.len < FLUSH || cli_flush(cli, err));
}

// Letters need no quotes; a currency that nobody said is units of the site's own.
static bool find_commodity(struct cli *cli, const char **commodity, struct err *err)
{
    Quoin__V1__ListPriceBooksRequest request = QUOIN__V1__LIST_PRICE_BOOKS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.PriceBooks/ListPriceBooks", &request.base, &reply,
                 err)) {
        return false;
    }
    const Quoin__V1__SiteMoney *money = ((const Quoin__V1__ListPriceBooksReply *)reply)->money;
    *commodity = money == NULL || money->currency[0] == '\0' ? "UNITS" : money->currency;
    return true;
}

static bool export_begin(struct export *export, struct err *err)
{
    struct cli *cli = export->cli;
    const char *format = cli_value(cli, "format");
    const char *since = cli_value(cli, "since");
    const char *until = cli_value(cli, "until");
    const char *account = cli_value(cli, "account");
    format = format == NULL ? "hledger" : format;
    export->is_csv = strcmp(format, "csv") == 0;
    export->account = account == NULL ? "" : account;
    if (!export->is_csv && strcmp(format, "hledger") != 0 && strcmp(format, "ledger") != 0) {
        return err_set(err, ERR_INVALID, "--format is csv, hledger or ledger");
    }
    return (since == NULL || cli_read_time(since, "--since", &export->since, err)) &&
           (until == NULL || cli_read_time(until, "--until", &export->until, err)) &&
           find_commodity(cli, &export->commodity, err);
}

bool cli_ledger_export(struct cli *cli, struct err *err)
{
    struct export export = { .cli = cli };
    bool more = true;
    if (!export_begin(&export, err)) {
        return false;
    }
    if (export.is_csv) {
        buf_addf(&cli->out, "entry,time,kind,debit,credit,amount,currency,why,by,reference\r\n");
    }
    while (more) {
        if (!export_next(&export, &more, err)) {
            return false;
        }
    }
    cli_progress_end(cli);
    return true;
}
