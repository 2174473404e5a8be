// cli/out: tables, sums, times, colours. Texts from engines are plain (no control characters) by
// the wire's check; what comes from elsewhere is shown by this room's own words.
#include "cli/out.h"

#include "base/clk.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

struct cli_row {
    struct cli_row *next;
    const char *texts[CLI_COLUMNS_MAX];
};

static bool is_start(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

size_t cli_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++) {
        width += is_start(*text);
    }
    return width;
}

struct cli_table cli_table_of(struct cli *cli, const struct cli_column *columns)
{
    size_t count = 0;
    while (count < CLI_COLUMNS_MAX && columns[count].title != NULL) {
        count++;
    }
    return (struct cli_table){ .cli = cli, .columns = columns, .count = count };
}

void cli_table_row(struct cli_table *table, const char *const *texts)
{
    struct cli_row *row = arena_new(&table->cli->arena, sizeof(*row));
    if (row == NULL) {
        return; // the arena is marked; cli_flush refuses
    }
    for (size_t i = 0; i < table->count; i++) {
        const char *text = texts[i] != NULL ? texts[i] : "";
        row->texts[i] = arena_text(&table->cli->arena, str_of(text));
        if (row->texts[i] == NULL) {
            return;
        }
    }
    row->next = table->rows;
    table->rows = row;
    table->row_count++;
}

static void measure(const struct cli_table *table, size_t *widths)
{
    size_t all = 0;
    for (size_t i = 0; i < table->count; i++) {
        widths[i] = cli_width(table->columns[i].title);
        for (const struct cli_row *row = table->rows; row != NULL; row = row->next) {
            size_t width = cli_width(row->texts[i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
        all += widths[i] + 2;
    }
    // Columns that give way shrink, the widest first, to eight columns at least.
    while (table->cli->columns > 0 && all > (size_t)table->cli->columns + 2) {
        size_t widest = table->count;
        for (size_t i = 0; i < table->count; i++) {
            if (table->columns[i].gives && widths[i] > 8 &&
                (widest == table->count || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        if (widest == table->count) {
            return;
        }
        widths[widest]--;
        all--;
    }
}

static void add_cell(struct buf *out, const char *text, size_t width, bool right, bool last)
{
    size_t has = cli_width(text);
    if (right && has < width) {
        buf_addf(out, "%*s", (int)(width - has), "");
    }
    if (has <= width) {
        buf_add(out, str_of(text));
    } else {
        size_t points = 0;
        const char *end = text;
        while (*end != '\0' && !(is_start(*end) && points == width - 1)) {
            points += is_start(*end);
            end++;
        }
        buf_add(out, (struct str){ text, (size_t)(end - text) });
        buf_addf(out, "…");
    }
    if (!last && !right && has < width) {
        buf_addf(out, "%*s", (int)(width - has), "");
    }
    buf_addf(out, last ? "\n" : "  ");
}

// What ends in nothing ends in no blanks either.
static void add_row(const struct cli_table *table, const struct cli_row *row, const size_t *widths)
{
    size_t last = table->count - 1;
    while (last > 0 && row->texts[last][0] == '\0') {
        last--;
    }
    for (size_t i = 0; i <= last; i++) {
        add_cell(&table->cli->out, row->texts[i], widths[i], table->columns[i].right, i == last);
    }
}

static const char *const tones[] = {
    [CLI_PLAIN] = "",  [CLI_BOLD] = "1", [CLI_GOOD] = "32",
    [CLI_WARN] = "33", [CLI_BAD] = "31", [CLI_FAINT] = "2",
};

void cli_table_print(struct cli_table *table, const char *when_empty)
{
    struct buf *out = &table->cli->out;
    if (table->rows == NULL) {
        buf_addf(out, "%s\n", when_empty);
        return;
    }
    assert(table->count > 0);
    size_t widths[CLI_COLUMNS_MAX];
    measure(table, widths);
    if (table->cli->color) {
        buf_addf(out, "\033[%sm", tones[CLI_BOLD]);
    }
    for (size_t i = 0; i < table->count; i++) {
        add_cell(out, table->columns[i].title, widths[i], table->columns[i].right,
                 i + 1 == table->count);
    }
    if (table->cli->color) {
        buf_addf(out, "\033[0m");
    }
    struct cli_row *first = NULL; // oldest first
    while (table->rows != NULL) {
        struct cli_row *row = table->rows;
        table->rows = row->next;
        row->next = first;
        first = row;
    }
    for (; first != NULL; first = first->next) {
        add_row(table, first, widths);
    }
}

const char *cli_money(struct cli *cli, int64_t units)
{
    char text[MONEY_TEXT_MAX];
    const char *kept = arena_text(&cli->arena, str_of(money_shown((struct money){ units }, text)));
    return kept != NULL ? kept : "";
}

const char *cli_money_whole(struct cli *cli, int64_t units)
{
    char text[MONEY_TEXT_MAX];
    return arena_textf(&cli->arena, "%s", money_shown_whole((struct money){ units }, text));
}

// What an account without a limit has is less than the limit by what it spent.
static const int64_t no_limit = (int64_t)1000000000000000000;

const char *cli_money_left(struct cli *cli, int64_t units)
{
    return units > no_limit / 2 ? "unlimited" : cli_money_whole(cli, units);
}

const char *cli_money_limit(struct cli *cli, int64_t units)
{
    return units >= no_limit ? "none" : cli_money_whole(cli, units);
}

const char *cli_sum_title(struct cli *cli, const char *title)
{
    struct money_style style;
    (void)money_style_known(&style);
    return style.currency[0] == '\0' ? title
                                     : arena_textf(&cli->arena, "%s, %s", title, style.currency);
}

const char *cli_number(struct cli *cli, int64_t number)
{
    const char *text = arena_textf(&cli->arena, "%lld", (long long)number);
    return text != NULL ? text : "";
}

const char *cli_time(struct cli *cli, int64_t wall_ms)
{
    if (wall_ms == 0) {
        return "-";
    }
    OWN(buf_free) struct buf utc = BUF_CAP(32);
    clk_add_utc(&utc, wall_ms);
    const char *text = arena_textf(&cli->arena, "%.10s %.8s", utc.ptr, utc.ptr + 11);
    return text != NULL ? text : "";
}

void cli_json_money(struct json *json, const char *key, int64_t units)
{
    char text[MONEY_TEXT_MAX];
    json_text_field(json, key, money_text((struct money){ units }, text));
}

void cli_json_time(struct json *json, const char *key, int64_t wall_ms)
{
    json_key(json, key);
    if (wall_ms == 0) {
        json_null(json);
        return;
    }
    OWN(buf_free) struct buf utc = BUF_CAP(32);
    clk_add_utc(&utc, wall_ms);
    json_str(json, buf_str(&utc));
}

static void add_format(struct buf *out, const char *fmt, va_list args) CC_PRINTF(2, 0);
static void add_format(struct buf *out, const char *fmt, va_list args)
{
    char text[2048];
    int len = vsnprintf(text, sizeof(text), fmt, args);
    if (len > 0) {
        size_t most = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
        buf_add(out, (struct str){ text, most });
    }
}

void cli_say(struct cli *cli, enum cli_tone tone, const char *fmt, ...)
{
    bool colored = cli->color && tone != CLI_PLAIN;
    if (colored) {
        buf_addf(&cli->out, "\033[%sm", tones[tone]);
    }
    va_list args;
    va_start(args, fmt);
    add_format(&cli->out, fmt, args);
    va_end(args);
    if (colored) {
        buf_addf(&cli->out, "\033[0m");
    }
}

void cli_line(struct cli *cli, const char *name, const char *fmt, ...)
{
    buf_addf(&cli->out, "%s:%*s", name, cli_width(name) < 14 ? (int)(14 - cli_width(name)) : 1, "");
    va_list args;
    va_start(args, fmt);
    add_format(&cli->out, fmt, args);
    va_end(args);
    buf_addf(&cli->out, "\n");
}

void cli_progress(struct cli *cli, const char *fmt, ...)
{
    if (!cli->progress) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    (void)fputs("\r\033[K", stderr); // a progress line that is lost harms nobody
    (void)vfprintf(stderr, fmt, args);
    (void)fflush(stderr);
    va_end(args);
}

void cli_progress_end(struct cli *cli)
{
    if (cli->progress) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
}

void cli_warn(char *const *warnings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(stderr, "quoin: warning: %s\n", warnings[i]);
    }
}

void cli_json_warnings(struct json *json, char *const *warnings, size_t count)
{
    if (count == 0) {
        return;
    }
    json_key(json, "warnings");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_str(json, str_of(warnings[i]));
    }
    json_end(json);
}

void cli_policies_warn(struct cli *cli, char *const *policies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_addf(&cli->out, "Warning: policy %s mentions the old name; change its text.\n",
                 policies[i]);
    }
}
