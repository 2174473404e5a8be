// Runs a fuzz target over every file of the folders given, so that every build replays the seeds.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLAY_FILE_MAX = 1 << 22 };

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    uint8_t *whole = malloc(REPLAY_FILE_MAX);
    size_t len = whole == NULL ? 0 : fread(whole, 1, REPLAY_FILE_MAX, file);
    (void)fclose(file);
    uint8_t *exact = malloc(len + (len == 0)); // of its own size, so that sanitizers see an overrun
    if (whole == NULL || exact == NULL) {
        return 1;
    }
    memcpy(exact, whole, len);
    free(whole);
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    int count = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **names;
        int found = scandir(argv[i], &names, NULL, alphasort);
        for (int n = 0; n < found; n++) {
            char path[4096];
            (void)snprintf(path, sizeof(path), "%s/%s", argv[i], names[n]->d_name);
            if (names[n]->d_name[0] != '.') {
                failed |= replay_file(path);
                count++;
            }
            free(names[n]);
        }
        if (found >= 0) {
            free(names);
        }
    }
    printf("%d inputs replayed\n", count);
    return failed != 0 || count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
