// Trees against a model of them in memory: random codes are added, moved, removed and brought back;
// after each step every path, parent and id is what the model says, and a path is found by its
// words.
//
// Usage: prop_tree [SEED [STEPS]]. The seed is printed; the same seed gives the same run.
#include "unit/accounts/fixture.h"

enum { NODES = 40, PARTS = 6 };

struct node {
    int64_t id; // 0: there is none
    int parent; // -1: at the top
    char part[12];
    bool removed;
};

static struct node nodes[NODES];
static uint64_t state;

static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static void path_of(int node, char *path, size_t size)
{
    char above[ACCOUNTS_NAME_MAX * 2] = "";
    if (nodes[node].parent >= 0) {
        path_of(nodes[node].parent, above, sizeof(above));
    }
    (void)snprintf(path, size, "%.200s%s%s", above, above[0] == '\0' ? "" : "/", nodes[node].part);
}

static int depth_of(int node)
{
    return node < 0 ? 0 : 1 + depth_of(nodes[node].parent);
}

static bool is_below(int node, int above)
{
    return node >= 0 && (node == above || is_below(nodes[node].parent, above));
}

static int child_named(int parent, const char *part)
{
    for (int i = 0; i < NODES; i++) {
        if (nodes[i].id != 0 && nodes[i].parent == parent && strcmp(nodes[i].part, part) == 0) {
            return i;
        }
    }
    return -1;
}

static int some(bool top)
{
    int at = (int)draw(NODES + (top ? 8 : 0));
    return at >= NODES || nodes[at].id == 0 ? -1 : at;
}

static void step_add(void)
{
    char path[300];
    int parent = some(true);
    int at = 0;
    while (at < NODES && nodes[at].id != 0) {
        at++;
    }
    if (at == NODES) {
        return;
    }
    struct node made = { .parent = parent };
    (void)snprintf(made.part, sizeof(made.part), "p%d", (int)draw(PARTS));
    int there = child_named(parent, made.part);
    nodes[at] = made;
    path_of(at, path, sizeof(path));
    bool may = depth_of(at) <= ACCOUNTS_DEPTH_MAX && (parent < 0 || !nodes[parent].removed) &&
               (there < 0 || nodes[there].removed);
    bool did = add_payer(ACCOUNTS_CODE, path);
    if (did != may) {
        CHECK(did == may);
    }
    if (did && there >= 0) {
        nodes[there].removed = false;
    } else if (did) {
        nodes[at].id = payer_of(ACCOUNTS_CODE, path).id;
    }
}

static int height_of(int node)
{
    int most = 1;
    for (int i = 0; i < NODES; i++) {
        if (nodes[i].id != 0 && nodes[i].parent == node && 1 + height_of(i) > most) {
            most = 1 + height_of(i);
        }
    }
    return most;
}

static void step_move(void)
{
    char path[300];
    char to[300];
    struct accounts_moved *moved;
    size_t count;
    int at = some(false);
    int parent = some(true);
    if (at < 0) {
        return;
    }
    path_of(at, path, sizeof(path));
    struct node was = nodes[at];
    char part[12];
    (void)snprintf(part, sizeof(part), "p%d", (int)draw(PARTS));
    bool may = !is_below(parent, at) && child_named(parent, part) < 0 &&
               (parent < 0 || !nodes[parent].removed) &&
               depth_of(parent) + height_of(at) <= ACCOUNTS_DEPTH_MAX;
    if (parent >= 0) {
        char above[300];
        path_of(parent, above, sizeof(above));
        (void)snprintf(to, sizeof(to), "%.280s/%s", above, part);
    } else {
        (void)snprintf(to, sizeof(to), "%s", part);
    }
    struct accounts_payer payer = payer_of(ACCOUNTS_CODE, path);
    bool did =
        KEEP(accounts_payer_move(accounts, &payer, str_of(to), &by, &arena, &moved, &count, &err));
    if (did != may) {
        printf("# %s -> %s: %s\n", path, to, err.text);
        CHECK(did == may);
    }
    if (did) {
        nodes[at].parent = parent;
        memcpy(nodes[at].part, part, sizeof(part));
    } else {
        nodes[at] = was;
    }
}

static void step_remove(void)
{
    char path[300];
    const struct accounts_payer_edit gone = { .sets = ACCOUNTS_PAYER_REMOVED, .is_removed = true };
    int at = some(false);
    if (at >= 0) {
        path_of(at, path, sizeof(path));
        CHECK(put_payer(ACCOUNTS_CODE, path, ACCOUNTS_CHANGE, &gone));
        nodes[at].removed = true;
    }
}

static bool agrees(void)
{
    for (int i = 0; i < NODES; i++) {
        char path[300];
        struct accounts_listed found[NODES];
        size_t count = 0;
        if (nodes[i].id == 0) {
            continue;
        }
        path_of(i, path, sizeof(path));
        struct accounts_payer payer = payer_of(ACCOUNTS_CODE, path);
        int64_t parent = nodes[i].parent < 0 ? 0 : nodes[nodes[i].parent].id;
        if (payer.id != nodes[i].id || payer.parent != parent ||
            payer.is_removed != nodes[i].removed) {
            printf("# %s is not as the model says\n", path);
            return false;
        }
        bool listed = false;
        if (!accounts_search(accounts, ACCOUNTS_CODE, str_of(path), STR(""), NODES, &arena, found,
                             &count, &err)) {
            return false;
        }
        for (size_t k = 0; k < count; k++) {
            listed = listed || found[k].id == nodes[i].id;
        }
        if (listed == nodes[i].removed) {
            printf("# %s is not found by its words\n", path);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 20261122;
    int steps = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 400;
    state = seed == 0 ? 1 : seed;
    printf("# seed %llu\n", (unsigned long long)seed);
    CHECK(fixture_begin());
    bool good = true;
    for (int i = 0; i < steps && good; i++) {
        uint64_t what = draw(10);
        if (what < 5) {
            step_add();
        } else if (what < 9) {
            step_move();
        } else {
            step_remove();
        }
        good = agrees();
        arena_reset(&arena);
    }
    CHECK(good);
    return fixture_end();
}
