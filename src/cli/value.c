// cli/value: see value.h.
#include "cli/value.h"

#include "base/clk.h"
#include "base/num.h"
#include "model/money.h"

bool cli_read_money(const char *text, const char *what, int64_t *units, struct err *err)
{
    struct money money = { 0 };
    if (!money_read(str_of(text), &money)) {
        return err_set(err, ERR_INVALID,
                       "%s: \"%.40s\" is not an amount; write it as 10.00, without a currency",
                       what, text);
    }
    *units = money.units;
    return true;
}

bool cli_read_number(const char *text, const char *what, uint64_t most, uint64_t *number,
                     struct err *err)
{
    if (!num_u64(str_of(text), most, number)) {
        return err_set(err, ERR_INVALID, "%s: \"%.40s\" is not a number from 0 to %llu", what, text,
                       (unsigned long long)most);
    }
    return true;
}

bool cli_read_time(const char *text, const char *what, int64_t *wall_ms, struct err *err)
{
    if (!clk_read_utc(str_of(text), wall_ms)) {
        return err_set(
            err, ERR_INVALID,
            "%s: \"%.40s\" is not a time; write it as 2026-11-22 or 2026-11-22T10:00:00, "
            "in UTC",
            what, text);
    }
    return true;
}

bool cli_read_prices(const char *text, const char *what, int64_t units[4], struct err *err)
{
    struct money read[4] = { { 0 } };
    size_t count = 0;
    struct str left = str_of(text);
    for (;;) {
        const char *comma = memchr(left.ptr, ',', left.len);
        size_t len = comma != NULL ? (size_t)(comma - left.ptr) : left.len;
        if (count == 4 || !money_read((struct str){ left.ptr, len }, &read[count])) {
            return err_set(err, ERR_INVALID,
                           "%s: \"%.60s\" is not one amount or four (small,normal,large,huge)",
                           what, text);
        }
        count++;
        if (comma == NULL) {
            break;
        }
        left.ptr += len + 1;
        left.len -= len + 1;
    }
    if (count != 1 && count != 4) {
        return err_set(err, ERR_INVALID, "%s: give one amount for all sizes, or four of them",
                       what);
    }
    for (size_t i = 0; i < 4; i++) {
        units[i] = read[count == 1 ? 0 : i].units;
    }
    return true;
}

bool cli_number_of(const struct cli *cli, const char *option, uint64_t most, uint64_t otherwise,
                   uint64_t *number, struct err *err)
{
    const char *text = cli_value(cli, option);
    if (text == NULL) {
        *number = otherwise;
        return true;
    }
    return cli_read_number(text, option, most, number, err);
}

bool cli_money_of(const struct cli *cli, const char *option, int64_t otherwise, int64_t *units,
                  struct err *err)
{
    const char *text = cli_value(cli, option);
    if (text == NULL) {
        *units = otherwise;
        return true;
    }
    return cli_read_money(text, option, units, err);
}
