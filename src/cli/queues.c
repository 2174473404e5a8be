// cli/queues: see queues.h.
// no unit test: needs a running engine; tests/it/test_cli.py lists and finds them by every command

#include "cli/queues.h"

#include "cli/ask.h"
#include "cli/value.h"

enum { PAGE = 500 };

bool cli_queues_walk(struct cli *cli, void (*each)(void *arg, const Quoin__V1__Queue *queue),
                     void *arg, struct err *err)
{
    const Quoin__V1__ListQueuesReply *page = NULL;
    const char *after = "";
    do {
        Quoin__V1__ListQueuesRequest request = QUOIN__V1__LIST_QUEUES_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = cli_field(after);
        request.limit = PAGE;
        if (!cli_ask(cli, ENGINE_DRE, "/quoin.v1.Queues/ListQueues", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListQueuesReply *)reply;
        for (size_t i = 0; i < page->n_queues; i++) {
            after = page->queues[i]->name;
            each(arg, page->queues[i]);
        }
    } while (page->more && page->n_queues > 0);
    return true;
}

struct search {
    const char *name;
    const Quoin__V1__Queue *found;
};

static void look_at(void *arg, const Quoin__V1__Queue *queue)
{
    struct search *search = arg;
    search->found = strcmp(queue->name, search->name) == 0 ? queue : search->found;
}

bool cli_queues_find(struct cli *cli, const char *name, const Quoin__V1__Queue **queue,
                     struct err *err)
{
    struct search search = { .name = name };
    *queue = NULL;
    if (!cli_queues_walk(cli, look_at, &search, err)) {
        return false;
    }
    *queue = search.found;
    return search.found != NULL ||
           err_set(err, ERR_NOT_FOUND, "no queue \"%.100s\"; see quoin queue list", name);
}
