// cli/cmd_job_charge: who pays for a job that waits.
// no unit test: needs running engines; tests/it/test_accounts_print.py charges jobs of a site
#include "base/fs.h"
#include "base/mem.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/job.h"
#include "cli/shares.h"
#include "cli/value.h"
#include <errno.h>
#include <stdio.h>

enum { CLI_PIN_MAX = 63 };

// The first line of a file, or of standard input. Wiped by who asks.
static bool read_pin(const char *path, char pin[static CLI_PIN_MAX + 2], struct err *err)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (file == NULL) {
        return err_set(err, ERR_NOT_FOUND, "cannot read %.200s: %s", path, strerror(errno));
    }
    bool good = fgets(pin, CLI_PIN_MAX + 2, file) != NULL;
    if (file != stdin) {
        (void)fclose(file); // it was read
    }
    pin[good ? strcspn(pin, "\r\n") : 0] = '\0';
    return (good && pin[0] != '\0' && strlen(pin) <= CLI_PIN_MAX) ||
           err_set(err, ERR_INVALID, "the first line of %.200s is to be a PIN of at most %d bytes",
                   path, CLI_PIN_MAX);
}

bool cli_job_charge_to(struct cli *cli, struct err *err)
{
    Quoin__V1__ChargeJobRequest request = QUOIN__V1__CHARGE_JOB_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *account = cli->arguments[1];
    const char *pin_file = cli_value(cli, "pin-file");
    char pin[CLI_PIN_MAX + 2] = "";
    uint64_t id = 0;
    request.key = cli_key(cli);
    if (!cli_read_number(cli->arguments[0], "ID", INT64_MAX, &id, err)) {
        return false;
    }
    if (strpbrk(account, ",=") == NULL) {
        request.account = cli_field(account);
    } else if (!cli_read_shares(cli, account, "ACCOUNT", &request.shares, &request.n_shares, err)) {
        return false;
    }
    if (pin_file != NULL && !read_pin(pin_file, pin, err)) {
        return false;
    }
    request.id = (int64_t)id;
    request.pin = pin;
    bool good = cli_ask(cli, ENGINE_DRE, "/quoin.v1.Jobs/ChargeJob", &request.base, &reply, err);
    mem_wipe(pin, sizeof(pin));
    if (good) {
        cli_job_say(cli, (const Quoin__V1__Job *)reply);
    }
    return good;
}
