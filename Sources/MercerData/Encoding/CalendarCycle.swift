import RealModule

/// A part of a date that comes back: where in the year, the week or the day it lies, as a place on a
/// circle, so that December is near January.
///
/// With the phase p in [0, 1) the coordinates are sin 2πp and cos 2πp, and 0 and 0 for a missing
/// date. Two places at random on the circle are √2 apart in the root mean square, as are the values
/// of any other column. The Gregorian calendar, in UTC.
public enum CalendarCycle: String, Sendable, Codable, CaseIterable {
  /// The month of the year, where every date is the same day of its month.
  case month
  /// The day of the year, and the time of the day as a part of one.
  case dayOfYear
  /// The day of the week.
  case weekday
  /// The time of the day.
  case hour

  /// What it is called after the name of the column.
  var suffix: String {
    switch self {
    case .month: "month"
    case .dayOfYear: "day of year"
    case .weekday: "weekday"
    case .hour: "hour"
    }
  }

  /// The share of the cycle that has passed, in [0, 1): from January, Monday or midnight.
  ///
  /// - Parameter seconds: since 1970-01-01 00:00 UTC.
  public func phase(of seconds: Double) -> Double {
    let date = CalendarDate(seconds: seconds)
    return switch self {
    case .month: Double(date.month - 1) / 12
    case .dayOfYear: (Double(date.dayOfYear) + date.shareOfDay) / Double(date.daysOfYear)
    case .weekday: Double(date.weekday) / 7
    case .hour: date.shareOfDay
    }
  }

  /// The two coordinates of a date, sine and cosine; of a missing one 0 and 0.
  func coordinates(of seconds: Double) -> (sine: Double, cosine: Double) {
    if seconds.isNaN { return (0, 0) }
    let angle = 2 * Double.pi * phase(of: seconds)
    return (Double.sin(angle), Double.cos(angle))
  }

  /// The cycles that say something of these dates that elapsed time does not: those that the dates
  /// go through more than once, and that they do not meet at one place only.
  ///
  /// - Complexity: O(n log n).
  static func cycles(of values: [Double]) -> [CalendarCycle] {
    let dates = values.filter { !$0.isNaN }
    guard let first = dates.min(), let last = dates.max() else { return [] }
    let span = last - first
    let days = Set(dates.map { CalendarDate(seconds: $0).dayOfMonth })
    return allCases.filter { cycle in
      switch cycle {
      case .month: days.count == 1 && span > 366 * 86_400 && cycle.isSpread(dates)
      case .dayOfYear: days.count > 1 && span > 366 * 86_400 && cycle.isSpread(dates)
      case .weekday: span > 7 * 86_400 && cycle.isSpread(dates)
      case .hour: span > 86_400 && cycle.isSpread(dates)
      }
    }
  }

  /// Whether the phases take more than a fiftieth of the circle: the same day of each year shifts by
  /// a leap day, which is no variation.
  private func isSpread(_ dates: [Double]) -> Bool {
    let phases = dates.map { phase(of: $0) }.sorted()
    guard let first = phases.first, let last = phases.last else { return false }
    let gaps = zip(phases, phases.dropFirst()).map { $1 - $0 } + [first + 1 - last]
    return 1 - (gaps.max() ?? 1) > 0.02
  }
}

/// A time in the Gregorian calendar, UTC.
struct CalendarDate {
  /// 1 to 12.
  let month: Int
  /// 1 to 31.
  let dayOfMonth: Int
  /// 0 to 365.
  let dayOfYear: Int
  /// 365 or 366.
  let daysOfYear: Int
  /// 0, a Monday, to 6.
  let weekday: Int
  /// The part of the day that has passed, in [0, 1).
  let shareOfDay: Double

  /// - Parameter seconds: since 1970-01-01 00:00 UTC, finite.
  init(seconds: Double) {
    // Dates, leap years and weekdays come back after 400 years, 146,097 days.
    let era = 146_097 * 86_400.0
    var rest = seconds.truncatingRemainder(dividingBy: era)
    if rest < 0 { rest += era }
    if rest >= era { rest = 0 }
    let day = Int(rest / 86_400)
    shareOfDay = (rest - Double(day) * 86_400) / 86_400
    // 1970-01-01 was a Thursday.
    weekday = (day + 3) % 7
    // Days and years since a first of March at the start of 400 years; 719,468 days lie between
    // 0000-03-01 and 1970-01-01. Centuries lack a leap day, their fourth does not.
    let days = (day + 719_468) % 146_097
    let years = (days - days / 1460 + days / 36_524 - days / 146_096) / 365
    let dayFromMarch = days - (365 * years + years / 4 - years / 100)
    // From March on months have 31, 30, 31, 30, 31 days, and again.
    let monthFromMarch = (5 * dayFromMarch + 2) / 153
    dayOfMonth = dayFromMarch - (153 * monthFromMarch + 2) / 5 + 1
    let isAfterDecember = monthFromMarch >= 10
    month = isAfterDecember ? monthFromMarch - 9 : monthFromMarch + 3
    let year = isAfterDecember ? years + 1 : years
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    daysOfYear = isLeap ? 366 : 365
    dayOfYear = isAfterDecember ? dayFromMarch - 306 : dayFromMarch + (isLeap ? 60 : 59)
  }
}
