/// A number as a level or a class is written: `3` for whole numbers, otherwise the shortest text
/// that reads back as the same number.
func numberText(_ value: Double) -> String {
  value == value.rounded() && value.magnitude < 0x1p53 ? String(Int(value)) : "\(value)"
}

/// The number that a text says, or nil when it is no finite number in decimal.
func finiteNumber(_ text: String) -> Double? {
  // `Double` also reads hexadecimal, `nan` and `infinity`, which no table means.
  guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text),
    number.isFinite
  else { return nil }
  return number
}

/// Dates and times in the notation of ISO 8601.
enum DateText {
  /// Seconds since 1970-01-01 00:00 UTC of `2024-02-29`, `2024-02-29 13:45`, `…T13:45:30.5`, with
  /// or without `Z` or an offset such as `+02:00`; nil for any other text.
  static func seconds(_ text: String) -> Double? {
    var rest = Substring(text)
    guard let year = digits(4, of: &rest), take("-", of: &rest), let month = digits(2, of: &rest),
      take("-", of: &rest), let day = digits(2, of: &rest), (1...12).contains(month),
      day >= 1, day <= dayCount(year, month)
    else { return nil }
    var seconds = Double(days(year, month, day)) * 86_400
    guard !rest.isEmpty else { return seconds }
    guard take("T", of: &rest) || take(" ", of: &rest), let hour = digits(2, of: &rest),
      take(":", of: &rest), let minute = digits(2, of: &rest), hour < 24, minute < 60
    else { return nil }
    seconds += Double(hour * 3600 + minute * 60)
    if take(":", of: &rest) {
      guard let second = digits(2, of: &rest), second < 60 else { return nil }
      seconds += Double(second)
      if take(".", of: &rest) {
        let fraction = rest.prefix { $0.isASCII && $0.isNumber }
        guard !fraction.isEmpty, let value = Double("0." + fraction) else { return nil }
        seconds += value
        rest = rest.dropFirst(fraction.count)
      }
    }
    if rest.isEmpty || take("Z", of: &rest) { return rest.isEmpty ? seconds : nil }
    let sign: Double = take("-", of: &rest) ? 1 : -1
    guard sign > 0 || take("+", of: &rest), let hours = digits(2, of: &rest) else { return nil }
    _ = take(":", of: &rest)
    guard let minutes = digits(2, of: &rest), rest.isEmpty, hours < 24, minutes < 60 else {
      return nil
    }
    return seconds + sign * Double(hours * 3600 + minutes * 60)
  }

  private static func take(_ character: Character, of rest: inout Substring) -> Bool {
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  private static func digits(_ count: Int, of rest: inout Substring) -> Int? {
    let part = rest.prefix(count)
    guard part.utf8.count == count, part.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    rest = rest.dropFirst(count)
    return Int(part)
  }

  private static func dayCount(_ year: Int, _ month: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Days since 1970-01-01 in the Gregorian calendar, counting years from March so that the day
  /// of a leap year comes last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let years = month > 2 ? year : year - 1
    let months = (month + 9) % 12
    let leaps =
      years.floorDivided(by: 4) - years.floorDivided(by: 100) + years.floorDivided(by: 400)
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    return 365 * years + leaps + (153 * months + 2) / 5 + day - 1 - 719_468
  }
}

extension Int {
  fileprivate func floorDivided(by divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
