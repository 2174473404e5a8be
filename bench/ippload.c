// ippload - the same raw-socket IPP client against any server: N kept connections, each sending one
// Print-Job after another. One process, one poll loop, a few per cent of a core.
//
//     ippload HOST PORT PATH CONNECTIONS JOBS FILE FORMAT USER
//     ippload HOST PORT PATH CONNECTIONS REQUESTS get-jobs LIMIT USER
//
// Prints one JSON object: accepted jobs a second, latencies in microseconds, and the IPP statuses
// seen.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, ANSWER_MAX = 64 << 20, STATUS_KINDS = 16 };

struct client {
    int fd;
    size_t sent;
    char *answer;
    size_t answer_len;
    size_t answer_size;
    int64_t began_ns;
    bool busy;
};

static struct client clients[CONNECTIONS_MAX];
static struct sockaddr_in server;
static char *request;
static size_t request_len;
static int64_t *latencies;
static size_t done_count;
static size_t started_count;
static size_t total;
static unsigned statuses[STATUS_KINDS][2];
static size_t lost;
static size_t answer_bytes; // of the last answer

static int64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static char *put(char *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

static char *attribute(char *at, uint8_t tag, const char *name, const void *value, size_t len)
{
    uint8_t head[3] = { tag, 0, (uint8_t)strlen(name) };
    uint8_t size[2] = { (uint8_t)(len >> 8), (uint8_t)len };
    at = put(at, head, 3);
    at = put(at, name, strlen(name));
    at = put(at, size, 2);
    return put(at, value, len);
}

static char *text(char *at, uint8_t tag, const char *name, const char *value)
{
    return attribute(at, tag, name, value, strlen(value));
}

static void make_request(char **arg)
{
    const char *host = arg[1], *port = arg[2], *path = arg[3], *what = arg[6], *kind = arg[7];
    bool list = strcmp(what, "get-jobs") == 0;
    char *document = NULL;
    long document_len = 0;
    if (!list) {
        FILE *file = fopen(what, "rb");
        if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
            die(what);
        }
        document_len = ftell(file);
        rewind(file);
        document = malloc((size_t)document_len);
        if (document == NULL ||
            fread(document, 1, (size_t)document_len, file) != (size_t)document_len) {
            die(what);
        }
        (void)fclose(file);
    }
    static char body[4096];
    char uri[600];
    (void)snprintf(uri, sizeof(uri), "ipp://%s:%s%s", host, port, path);
    uint8_t head[8] = { 2, 0, 0, list ? 0x0a : 0x02, 0, 0, 0, 1 };
    char *at = put(body, head, 8);
    *at++ = 1;
    at = text(at, 0x47, "attributes-charset", "utf-8");
    at = text(at, 0x48, "attributes-natural-language", "en");
    at = text(at, 0x45, "printer-uri", uri);
    at = text(at, 0x42, "requesting-user-name", arg[8]);
    if (list) {
        int limit = atoi(kind);
        uint8_t number[4] = { 0, 0, (uint8_t)(limit >> 8), (uint8_t)limit };
        if (limit > 0) {
            at = attribute(at, 0x21, "limit", number, 4);
        }
        at = text(at, 0x44, "requested-attributes", "job-id");
        at = text(at, 0x44, "", "job-state");
    } else {
        at = text(at, 0x42, "job-name", "bench");
        at = text(at, 0x49, "document-format", kind);
    }
    *at++ = 3;
    size_t body_len = (size_t)(at - body);
    request = malloc(2048 + body_len + (size_t)document_len);
    int len = snprintf(request, 2048,
                       "POST %s HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/ipp\r\n"
                       "Content-Length: %zu\r\n\r\n",
                       path, host, port, body_len + (size_t)document_len);
    memcpy(request + len, body, body_len);
    if (document_len > 0) {
        memcpy(request + len + (long)body_len, document, (size_t)document_len);
    }
    request_len = (size_t)len + body_len + (size_t)document_len;
    free(document);
}

static void open_client(struct client *client)
{
    if (client->fd > 0) {
        (void)close(client->fd);
    }
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (client->fd < 0 || connect(client->fd, (struct sockaddr *)&server, sizeof(server)) != 0) {
        die("connect");
    }
    int on = 1;
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void begin(struct client *client)
{
    client->busy = started_count < total;
    if (client->busy) {
        started_count++;
        client->sent = 0;
        client->answer_len = 0;
        client->began_ns = now_ns();
    }
}

static void note_status(unsigned status)
{
    for (size_t i = 0; i < STATUS_KINDS; i++) {
        if (statuses[i][1] == 0 || statuses[i][0] == status) {
            statuses[i][0] = status;
            statuses[i][1]++;
            return;
        }
    }
}

static void finish(struct client *client, const char *body)
{
    answer_bytes = client->answer_len;
    note_status((unsigned)((uint8_t)body[2] << 8 | (uint8_t)body[3]));
    latencies[done_count++] = (now_ns() - client->began_ns) / 1000;
    begin(client);
}

// Where the body begins once the whole answer is there, NULL before.
static const char *whole_answer(struct client *client)
{
    client->answer[client->answer_len] = '\0';
    char *end = strstr(client->answer, "\r\n\r\n");
    if (end == NULL) {
        return NULL;
    }
    if (strncmp(client->answer + 9, "100", 3) == 0) {
        size_t skip = (size_t)(end + 4 - client->answer);
        memmove(client->answer, end + 4, client->answer_len - skip);
        client->answer_len -= skip;
        return whole_answer(client);
    }
    char *body = end + 4;
    size_t body_len = client->answer_len - (size_t)(body - client->answer);
    char *length = strcasestr(client->answer, "\r\ncontent-length:");
    if (length != NULL && length < end) {
        return body_len >= strtoul(length + 17, NULL, 10) ? body : NULL;
    }
    if (body_len < 5 || memcmp(client->answer + client->answer_len - 5, "0\r\n\r\n", 5) != 0) {
        return NULL;
    }
    return strstr(body, "\r\n") + 2; // chunked: the first chunk holds the status
}

static void step(struct client *client, short events)
{
    if ((events & POLLOUT) != 0 && client->sent < request_len) {
        ssize_t len = send(client->fd, request + client->sent, request_len - client->sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL);
        client->sent += len > 0 ? (size_t)len : 0;
    }
    if ((events & (POLLIN | POLLHUP | POLLERR)) == 0) {
        return;
    }
    if (client->answer_size - client->answer_len < 65536) {
        client->answer_size = client->answer_size * 2 + 131072;
        client->answer = realloc(client->answer, client->answer_size);
    }
    ssize_t len = recv(client->fd, client->answer + client->answer_len, 65535, MSG_DONTWAIT);
    if (len < 0 && errno == EAGAIN) {
        return;
    }
    if (len <= 0) {
        if (client->sent > 0 || client->answer_len > 0) {
            lost++;
        }
        open_client(client);
        client->sent = 0;
        client->answer_len = 0;
        if (lost > total) {
            die("the server keeps closing");
        }
        return;
    }
    client->answer_len += (size_t)len;
    const char *body = whole_answer(client);
    if (body != NULL) {
        finish(client, body);
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a;
    int64_t two = *(const int64_t *)b;
    return (one > two) - (one < two);
}

int main(int argc, char **argv)
{
    if (argc != 9) {
        (void)fprintf(stderr,
                      "ippload HOST PORT PATH CONNECTIONS JOBS FILE|get-jobs FORMAT|LIMIT USER\n");
        return 2;
    }
    size_t count = strtoul(argv[4], NULL, 10);
    total = strtoul(argv[5], NULL, 10);
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
    if (count == 0 || count > CONNECTIONS_MAX || total == 0 || total > 10000000 ||
        inet_pton(AF_INET, argv[1], &server.sin_addr) != 1 || strncmp(argv[1], "127.", 4) != 0) {
        (void)fprintf(stderr, "ippload: loopback only, at most %d connections\n", CONNECTIONS_MAX);
        return 2;
    }
    make_request(argv);
    latencies = malloc(total * sizeof(*latencies));
    static struct pollfd polls[CONNECTIONS_MAX];
    for (size_t i = 0; i < count; i++) {
        open_client(&clients[i]);
    }
    int64_t start = now_ns();
    for (size_t i = 0; i < count; i++) {
        begin(&clients[i]);
    }
    while (done_count < total) {
        for (size_t i = 0; i < count; i++) {
            short want = POLLIN;
            if (clients[i].busy && clients[i].sent < request_len) {
                want |= POLLOUT;
            }
            polls[i] = (struct pollfd){ clients[i].busy ? clients[i].fd : -1, want, 0 };
        }
        if (poll(polls, count, 60000) <= 0) {
            die("no answer in a minute");
        }
        for (size_t i = 0; i < count; i++) {
            if (polls[i].revents != 0) {
                step(&clients[i], polls[i].revents);
            }
        }
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    qsort(latencies, done_count, sizeof(*latencies), by_size);
    printf("{\"jobs\":%zu,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_us\":%lld,\"p99_us\":%lld,"
           "\"lost\":%zu,"
           "\"answer_bytes\":%zu,"
           "\"status\":{",
           done_count, seconds, (double)done_count / seconds, (long long)latencies[done_count / 2],
           (long long)latencies[done_count * 99 / 100], lost, answer_bytes);
    for (size_t i = 0; i < STATUS_KINDS && statuses[i][1] != 0; i++) {
        printf("%s\"0x%04x\":%u", i == 0 ? "" : ",", statuses[i][0], statuses[i][1]);
    }
    printf("}}\n");
    return EXIT_SUCCESS;
}
