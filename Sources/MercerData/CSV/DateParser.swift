/// Reads dates and times written as ISO 8601 has them, or with slashes.
///
/// `2024-03-01` or `2024/03/01`, then perhaps `T` or a space and `12:30`, `12:30:45`,
/// `12:30:45.25`, then perhaps `Z`, `+hh:mm` or `+hhmm`. A time without a zone is taken as UTC.
enum DateParser {
  /// Seconds since 1970-01-01 00:00 UTC, or nil when the bytes are no date.
  ///
  /// - Source: days from the civil calendar by shifting the year to begin in March; E. G. Richards,
  ///   Mapping Time, 1998, ch. 25.
  static func parse(_ cell: UnsafeBufferPointer<UInt8>) -> Double? {
    var reader = DigitReader(cell)
    guard cell.count >= 10, let year = reader.digits(4) else { return nil }
    guard let mark = reader.one(of: Byte.minus, Byte.slash), let month = reader.digits(2),
      reader.one(of: mark, mark) != nil, let day = reader.digits(2),
      (1...12).contains(month), day >= 1, day <= dayCount(of: month, year)
    else { return nil }
    var seconds = Double(daysSinceEpoch(year, month, day)) * 86_400
    if reader.isAtEnd { return seconds }

    guard reader.one(of: Byte.letterT, Byte.space) != nil, let hour = reader.digits(2), hour < 24,
      reader.one(of: Byte.colon, Byte.colon) != nil, let minute = reader.digits(2), minute < 60
    else { return nil }
    seconds += Double(hour * 3600 + minute * 60)
    if reader.one(of: Byte.colon, Byte.colon) != nil {
      guard let second = reader.digits(2), second < 60 else { return nil }
      seconds += Double(second)
      if reader.one(of: Byte.point, Byte.comma) != nil {
        guard let fraction = reader.fraction() else { return nil }
        seconds += fraction
      }
    }
    if reader.isAtEnd { return seconds }
    if reader.one(of: Byte.letterZ, Byte.letterZ | 0x20) != nil {
      return reader.isAtEnd ? seconds : nil
    }
    guard let sign = reader.one(of: Byte.plus, Byte.minus), let hours = reader.digits(2), hours < 24
    else { return nil }
    _ = reader.one(of: Byte.colon, Byte.colon)
    guard let minutes = reader.digits(2), minutes < 60, reader.isAtEnd else { return nil }
    let offset = Double(hours * 3600 + minutes * 60)
    return sign == Byte.plus ? seconds - offset : seconds + offset
  }

  private static func dayCount(of month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
    // Years begin in March, so that the leap day is the last; the months then have
    // (153 m + 2) / 5 days before them. All terms are positive: the year is 0…9999.
    let shifted = (month + 9) % 12
    let y = year + 400 - (month <= 2 ? 1 : 0)
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5 + day - 1
    return days - 865_565
  }
}

/// Takes fixed numbers of digits from bytes.
private struct DigitReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func digits(_ count: Int) -> Int? {
    guard bytes.count - position >= count else { return nil }
    var value = 0
    for index in position..<position + count {
      let digit = bytes[index] &- Byte.zero
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    position += count
    return value
  }

  mutating func one(of first: UInt8, _ second: UInt8) -> UInt8? {
    guard !isAtEnd, bytes[position] == first || bytes[position] == second else { return nil }
    position += 1
    return bytes[position - 1]
  }

  /// One to nine digits after a decimal mark.
  mutating func fraction() -> Double? {
    var value = 0.0
    var scale = 1.0
    let start = position
    while !isAtEnd, position - start < 9, let digit = digits(1) {
      value = value * 10 + Double(digit)
      scale *= 10
    }
    return position > start ? value / scale : nil
  }
}
