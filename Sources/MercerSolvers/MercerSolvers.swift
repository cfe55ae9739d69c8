import MercerCore
