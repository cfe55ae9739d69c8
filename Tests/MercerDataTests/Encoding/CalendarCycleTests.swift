import Foundation
import MercerCore
import MercerData
import Testing

/// Dates as places in the year, the week and the day, against Foundation's calendar.
@Suite struct CalendarCycleTests {
  private let day = 86_400.0

  @Test func phasesAreThoseOfTheGregorianCalendar() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    var stream = RandomStream(seed: 1, purpose: "calendar tests")
    // 1600 to 2400, whole seconds, and the days around leap days of centuries.
    var dates = (0..<300).map { _ in ((stream.uniform() - 0.46) * 800 * 365.2425 * day).rounded() }
    for text in ["1900-02-28", "1900-03-01", "2000-02-29", "2000-12-31", "2100-03-01"] {
      let parts = text.split(separator: "-").compactMap { Int($0) }
      let date = calendar.date(
        from: DateComponents(year: parts[0], month: parts[1], day: parts[2]))
      dates.append(try #require(date).timeIntervalSince1970)
    }
    for seconds in dates {
      let date = Date(timeIntervalSince1970: seconds)
      let found = calendar.dateComponents([.month, .weekday, .hour, .minute, .second], from: date)
      let time =
        Double(found.hour! * 3600 + found.minute! * 60 + found.second!) / day
      let dayOfYear = try #require(calendar.ordinality(of: .day, in: .year, for: date)) - 1
      let length = try #require(calendar.range(of: .day, in: .year, for: date)).count
      #expect(CalendarCycle.month.phase(of: seconds) == Double(found.month! - 1) / 12)
      // Foundation's weeks begin with 1, a Sunday.
      #expect(CalendarCycle.weekday.phase(of: seconds) == Double((found.weekday! + 5) % 7) / 7)
      #expect(abs(CalendarCycle.hour.phase(of: seconds) - time) < 1e-12)
      let expected = (Double(dayOfYear) + time) / Double(length)
      #expect(abs(CalendarCycle.dayOfYear.phase(of: seconds) - expected) < 1e-12)
    }
  }

  @Test func anyNumberHasAPhase() {
    for seconds in [-1e300, -1e18, -0.5, 0, 1e18, Double.greatestFiniteMagnitude] {
      for cycle in CalendarCycle.allCases {
        #expect((0..<1).contains(cycle.phase(of: seconds)))
      }
    }
  }

  private func names(_ dates: [Double?]) throws -> [String] {
    let encoder = try TableEncoder.fit(
      table: table(numbers("when", dates, kind: .date)),
      options: EncoderOptions(additions: [.calendar]))
    return Array(encoder.featureNames.dropFirst())
  }

  @Test func onlyWhatVariesMoreThanOnceIsThere() throws {
    // Hourly for two days; daily for a month; weekly, daily and with the time for years.
    #expect(try names((0..<48).map { Double($0) * 3600 }) == ["when hour sin", "when hour cos"])
    #expect(
      try names((0..<31).map { Double($0) * day }) == ["when weekday sin", "when weekday cos"])
    let year = ["when day of year sin", "when day of year cos"]
    #expect(try names((0..<200).map { Double($0) * 7 * day }) == year)
    #expect(
      try names((0..<800).map { Double($0) * day }) == year + [
        "when weekday sin", "when weekday cos",
      ]
    )
    #expect(
      try names((0..<800).map { Double($0) * 1.2345 * day })
        == year + ["when weekday sin", "when weekday cos", "when hour sin", "when hour cos"])
    // First of each month for four years; the same day of ten years; half a year of days.
    let months = (0..<48).map { month in
      let calendar = Calendar(identifier: .gregorian)
      var parts = DateComponents(year: 2001 + month / 12, month: 1 + month % 12, day: 1)
      parts.timeZone = TimeZone(secondsFromGMT: 0)
      return calendar.date(from: parts)!.timeIntervalSince1970
    }
    #expect(
      try names(months)
        == ["when month sin", "when month cos", "when weekday sin", "when weekday cos"])
    let years = stride(from: 0, to: 48, by: 12).map { months[$0] }
    #expect(try names(years) == ["when weekday sin", "when weekday cos"])
    #expect(try names(stride(from: 0, to: 180, by: 7).map { Double($0) * day }) == [])
  }

  @Test func coordinatesLieOnACircleAndMissingOnesInItsMiddle() throws {
    let dates: [Double?] = (0..<800).map { $0 == 5 ? nil : Double($0) * day }
    let encoder = try TableEncoder.fit(
      table: table(numbers("when", dates, kind: .date)),
      options: EncoderOptions(additions: [.calendar, .ranks]))
    #expect(
      encoder.featureNames == [
        "when", "when rank", "when is missing", "when day of year sin", "when day of year cos",
        "when weekday sin", "when weekday cos",
      ])
    let points = try encoder.encode(
      table(numbers("when", [nil, 0, 91.25 * day, 7 * day, 3.5 * day], kind: .date)),
      as: Double.self
    ).coordinates
    #expect((3...6).allSatisfy { points[0, $0] == 0 })
    // 1970-01-01 is day 0 of the year, and a Thursday: place 3/7.
    #expect(points[1, 3] == 0 && points[1, 4] == 1)
    #expect(abs(points[1, 5] - sin(6 * .pi / 7)) < 1e-15)
    #expect(abs(points[2, 3] - 1) < 1e-15 && abs(points[2, 4]) < 1e-15)
    #expect(points[3, 5] == points[1, 5] && points[3, 6] == points[1, 6])
    for row in 1..<5 {
      #expect(abs(points[row, 3] * points[row, 3] + points[row, 4] * points[row, 4] - 1) < 1e-15)
    }
    // In every view, and each pair a block.
    let features = encoder.features(of: .ranked)
    #expect(features == [1, 2, 3, 4, 5, 6])
    #expect(encoder.featureBlocks(among: features) == [[2, 3], [4, 5]])
    let json = try JSONEncoder().encode(encoder)
    #expect(try JSONDecoder().decode(TableEncoder.self, from: json) == encoder)
  }
}
