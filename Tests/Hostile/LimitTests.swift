import Foundation
import MercerSandbox
import MercerTestSupport
import Testing

/// Little memory, odd clocks, other languages, and an environment without the usual.
@Suite struct LimitTests {
  /// 500 MB of addresses: enough for a small table, and to look through a large one on the disk.
  @Test func fewAddresses() throws {
    let sandbox = try Sandbox.withTable(rows: 300)
    let small = try sandbox.shell(
      "ulimit -v 500000; $MERCER fit t.csv --target y --budget 5 --quiet --output m "
        + "&& $MERCER predict m/model.safetensors t.csv --quiet")
    #expect(small.status == 0, "\(small.errors)")
    #expect(small.output.split(separator: "\n").count == 301)
    // The same without a limit: a smaller machine gives the same result.
    let free = try sandbox.shell("$MERCER predict m/model.safetensors t.csv --quiet")
    #expect(free.output == small.output)

    if isOptimized {
      try sandbox.write(Sandbox.table(rows: 3_000_000), to: "large.csv")
      let large = try sandbox.shell(
        "ulimit -v 500000; $MERCER fit large.csv --target y --plan --output n", limit: 200)
      #expect(large.status == 0, "\(large.errors)")
      #expect(large.output.contains("3,000,000") || large.errors.contains("3,000,000"))
      #expect(!sandbox.has("n/model.safetensors"))
    }
  }

  /// Whatever the limit, the run succeeds or says that memory is short: it neither ends by a signal nor
  /// hangs.
  @Test(arguments: [160_000, 200_000, 250_000, 300_000, 350_000, 400_000, 450_000, 600_000])
  func anyLimit(_ kilobytes: Int) throws {
    let sandbox = try Sandbox.withTable()
    let run = try sandbox.shell(
      "ulimit -v \(kilobytes); exec $MERCER fit t.csv \(Sandbox.quickFit) --output m")
    // The system itself may be unable to load the program.
    if run.errors.contains("shared libraries") || run.errors.contains("loading") { return }
    if run.status == 0 {
      #expect(sandbox.has("m/model.safetensors"))
    } else {
      #expect(run.status == 1 && run.errors.contains("memory"), "\(run.status) \(run.errors)")
      #expect(!sandbox.has("m/model.safetensors"))
    }
  }

  /// A clock that goes back an hour at each look: times of day are shown, never reckoned with.
  @Test(.enabled(if: canRun("command -v gcc"), "needs gcc")) func clockGoesBack() throws {
    let sandbox = try Sandbox.withTable(rows: 60)
    try sandbox.write(
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <sys/time.h>
      #include <time.h>
      static long looks;
      int clock_gettime(clockid_t which, struct timespec *now) {
        static int (*real)(clockid_t, struct timespec *);
        if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
        int result = real(which, now);
        if (which == CLOCK_REALTIME) now->tv_sec -= 3600 * ++looks;
        return result;
      }
      int gettimeofday(struct timeval *now, void *zone) {
        struct timespec time;
        int result = clock_gettime(CLOCK_REALTIME, &time);
        now->tv_sec = time.tv_sec;
        now->tv_usec = time.tv_nsec / 1000;
        return result;
      }
      time_t time(time_t *where) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        if (where) *where = now.tv_sec;
        return now.tv_sec;
      }
      """, to: "clock.c")
    let run = try sandbox.shell(
      """
      gcc -shared -fPIC -o clock.so clock.c -ldl || exit 99
      LD_PRELOAD=$PWD/clock.so $MERCER fit t.csv --target y --budget 3 --output m
      """)
    #expect(run.status == 0, "\(run.errors)")
    expectNoCrash(run)
    #expect(!(run.output + run.errors).contains("-0."), "\(run.output)")
    let seconds = try #require(
      try jsonObject(try sandbox.text("m/metrics.json"))["seconds"] as? [String: Double])
    #expect(seconds.values.allSatisfy { $0 >= 0 }, "\(seconds)")
  }

  @Test(.enabled(if: isOptimized), arguments: ["tr_TR", "de_DE", "ar_EG", "C"])
  func otherLanguages(_ name: String) throws {
    let sandbox = try Sandbox.withTable()
    let plain = try sandbox.shell(
      "LC_ALL=C.UTF-8 $MERCER fit t.csv \(Sandbox.quickFit) --output m "
        + "&& $MERCER predict m/model.safetensors t.csv --explain 1 --quiet")
    // Without its tables a language is no other one, so they are made where the system can.
    let other = try sandbox.shell(
      """
      mkdir locales; export LOCPATH=$PWD/locales LC_ALL=\(name).UTF-8 LANG=\(name).UTF-8
      LC_ALL=C localedef -i \(name) -f UTF-8 locales/\(name).UTF-8 > /dev/null 2>&1
      $MERCER fit t.csv \(Sandbox.quickFit) --output n \
        && $MERCER predict n/model.safetensors t.csv --explain 1 --quiet
      """)
    #expect(other.status == 0 && other.output == plain.output, "\(other.errors)")
    let (old, new) = (try sandbox.text("m/metrics.json"), try sandbox.text("n/metrics.json"))
    let (a, b) = (try jsonObject(old), try jsonObject(new))
    #expect(a["validation"] as? NSDictionary == b["validation"] as? NSDictionary)
  }

  @Test func bareEnvironment() throws {
    let sandbox = try Sandbox.withTable()
    let run = try sandbox.shell(
      "env -i $MERCER fit t.csv \(Sandbox.quickFit.replacing(" --quiet", with: "")) --output m && "
        + "env -i HOME=/nowhere TMPDIR=/nowhere TERM=none COLUMNS=-1 "
        + "$MERCER predict m/model.safetensors t.csv")
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test(
    .enabled(if: isOptimized),
    arguments: [
      "TZ=:/nowhere", "OPENBLAS_NUM_THREADS=lots", "SOURCE_DATE_EPOCH=soon",
      "MERCER_SIMD=none", "COLUMNS=0", "MALLOC_PERTURB_=165",
    ])
  func oddVariables(_ variable: String) throws {
    let sandbox = try Sandbox.withTable()
    let run = try sandbox.shell("\(variable) $MERCER fit t.csv \(Sandbox.quickFit) --output m")
    expectNoCrash(run)
  }

  @Test func fewDescriptors() throws {
    let sandbox = try Sandbox.withTable()
    let run = try sandbox.shell("ulimit -n 16; $MERCER fit t.csv \(Sandbox.quickFit) --output m")
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func fileSizeLimit() throws {
    let sandbox = try Sandbox.withTable()
    let run = try sandbox.shell(
      "ulimit -f 1; $MERCER fit t.csv \(Sandbox.quickFit) --output m")
    expectRefusal(run, says: "File too large", "model.safetensors")
    #expect(try sandbox.temporaries().isEmpty && !sandbox.has("m/model.safetensors"))
  }
}
