import Mercer

@main
enum MercerCommand {
  static func main() {}
}
