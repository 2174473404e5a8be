// cli/cmd_explain: asks DRE for the job and CAS for its entries.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/charge.h"
#include "cli/cmd.h"
#include "cli/explain_json.h"
#include "cli/job.h"
#include "cli/out.h"

enum { ENTRIES_MAX = 500 };

bool cli_explain(struct cli *cli, struct err *err)
{
    const Quoin__V1__JobDetail *detail = NULL;
    if (!cli_job_get(cli, cli->arguments[0], &detail, err)) {
        return false;
    }
    static const Quoin__V1__ListEntriesReply none = QUOIN__V1__LIST_ENTRIES_REPLY__INIT;
    const Quoin__V1__ListEntriesReply *entries = &none;
    if (detail->reservation != NULL && detail->reservation->id.len > 0) {
        Quoin__V1__ListEntriesRequest request = QUOIN__V1__LIST_ENTRIES_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.reservation = detail->reservation->id;
        request.limit = ENTRIES_MAX;
        struct err ignored; // the job's story is worth telling without them, and it says so
        entries = cli_ask(cli, ENGINE_CAS, "/quoin.v1.Ledger/ListEntries", &request.base, &reply,
                          &ignored)
                      ? (const Quoin__V1__ListEntriesReply *)reply
                      : NULL;
    }
    const Quoin__V1__Charge *charge = cli_charge_of(cli, detail);
    const char *now = cli_job_now(cli, detail->job);
    if (cli->json) {
        cli_explain_json(&cli->out, detail, entries, charge, now);
        return true;
    }
    cli_explain_text(cli, detail, entries, now);
    if (charge != NULL && charge->n_moves + charge->n_refunds > 0) {
        buf_addf(&cli->out, "\n");
        cli_say(cli, CLI_BOLD, "Since it was settled");
        buf_addf(&cli->out, "\n");
        cli_charge_tell(cli, charge);
    }
    return true;
}

bool cli_job_explain(struct cli *cli, struct err *err)
{
    return cli_explain(cli, err);
}
