extension KeyedDecodingContainer {
  /// The numbers of a list. As the standard library decodes arrays, each number goes through the search for
  /// how its type is decoded, which takes several times as long.
  func numbers(forKey key: Key) throws -> [Double] {
    var list = try nestedUnkeyedContainer(forKey: key)
    var numbers: [Double] = []
    numbers.reserveCapacity(list.count ?? 0)
    while !list.isAtEnd { numbers.append(try list.decode(Double.self)) }
    return numbers
  }
}
