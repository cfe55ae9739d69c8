public import MercerCore
