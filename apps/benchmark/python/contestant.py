"""The protocol of src/harness/contestant.ts, for every program of this folder: a line of JSON about the first step, one for each number of steps that a line asks for, one about memory."""
import json
import resource
import sys
import time


def say(**reply):
    print(json.dumps(reply), flush=True)


def since(begin):
    return 1e3 * (time.perf_counter() - begin)


def serve(prepare):
    """prepare(*arguments) gives a version, the step, and what makes a number to be compared of its first result (None: nothing is)."""
    try:
        version, step, check = prepare(*sys.argv[1:])
        begin = time.perf_counter()
        result = step()
        first = since(begin)
        say(version=version, firstMs=first, **({} if check is None else {'check': check(result)}))
        del result
        for line in sys.stdin:
            begin = time.perf_counter()
            for _ in range(int(line)):
                step()  # its result is not kept: it would count in the peak of memory
            say(ms=since(begin) / int(line))
        say(peakMiB=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    except Exception as error:
        say(unavailable=str(error).split('\n')[0])
